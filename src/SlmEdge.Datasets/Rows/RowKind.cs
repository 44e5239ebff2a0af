namespace SlmEdge.Datasets.Rows;

/// <summary>What a row is an example of, told from its columns.</summary>
public enum RowKind
{
    /// <summary>A text, with or without a label.</summary>
    LabelledText,

    /// <summary><c>instruction</c>, <c>input</c> and <c>output</c>.</summary>
    Instruction,

    /// <summary>A dialogue: <c>messages</c> with <c>role</c> and <c>content</c>.</summary>
    Messages,

    /// <summary>Two answers, of which one is better: <c>chosen</c> and <c>rejected</c>, with or without a <c>prompt</c>.</summary>
    Preference,
}
