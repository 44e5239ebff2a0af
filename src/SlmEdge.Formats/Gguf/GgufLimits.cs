namespace SlmEdge.Formats.Gguf;

/// <summary>What a GGUF file may ask for. The defaults admit every published model known to us with room to spare.</summary>
public sealed record GgufLimits
{
    /// <summary>Most tensors.</summary>
    public int MaxTensors { get; init; } = 1 << 16;

    /// <summary>Most metadata entries.</summary>
    public int MaxMetadataEntries { get; init; } = 1 << 16;

    /// <summary>Longest string in bytes (chat templates are the longest real ones).</summary>
    public int MaxStringBytes { get; init; } = 16 << 20;

    /// <summary>Most elements of one array (vocabularies are the longest real ones).</summary>
    public int MaxArrayElements { get; init; } = 1 << 23;

    /// <summary>Most bytes of metadata and tensor descriptions together.</summary>
    public long MaxHeaderBytes { get; init; } = 512L << 20;
}
