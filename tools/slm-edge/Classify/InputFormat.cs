namespace SlmEdge.Tools.Edge.Classify;

/// <summary>How the rows of the input are written.</summary>
internal enum InputFormat
{
    /// <summary>Plain text when the file's name ends in <c>.txt</c>, JSON Lines otherwise. Rows are never guessed one by one.</summary>
    Auto,

    /// <summary>Every row is an object with <c>text</c>, or a string.</summary>
    Jsonl,

    /// <summary>Every row is a text.</summary>
    Text,
}
