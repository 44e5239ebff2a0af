namespace SlmEdge.Tasks.Data;

/// <summary>Which columns of a data file are read, and how much of it.</summary>
public sealed record ReaderOptions
{
    /// <summary>The column (or JSON key) of the text. Default: <c>text</c>.</summary>
    public string TextColumn { get; init; } = "text";

    /// <summary>The column (or JSON key) of the label. Default: <c>label</c>.</summary>
    public string LabelColumn { get; init; } = "label";

    /// <summary>Most bytes of a row. Default: 1 MiB; a longer one is almost always a quote that was never closed or a file that is not text.</summary>
    public int MaxRowBytes { get; init; } = 1 << 20;
}
