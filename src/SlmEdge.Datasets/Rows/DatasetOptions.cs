namespace SlmEdge.Datasets.Rows;

/// <summary>Which columns are read, how long a row may be, and what may be used for it.</summary>
public sealed record DatasetOptions
{
    /// <summary>The column of the text. Default: <c>text</c>.</summary>
    public string TextColumn { get; init; } = "text";

    /// <summary>The column of the label. Default: <c>label</c>.</summary>
    public string LabelColumn { get; init; } = "label";

    /// <summary>A column whose equal values belong together, or null.</summary>
    public string? GroupColumn { get; init; }

    /// <summary>Most bytes of a row. Default: 1 MiB, as the trainer's reader.</summary>
    public int MaxRowBytes { get; init; } = 1 << 20;

    /// <summary>Threads that look at rows. Default: one for each processor.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Bytes that tables of keys may take in memory before they go to the disk. Default: 2 GiB.</summary>
    public long MemoryBytes { get; init; } = 2L << 30;

    /// <summary>Folder of what does not fit in memory. Default: the system's.</summary>
    public string TemporaryFolder { get; init; } = Path.GetTempPath();
}
