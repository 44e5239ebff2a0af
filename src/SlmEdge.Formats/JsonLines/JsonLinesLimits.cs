namespace SlmEdge.Formats.JsonLines;

/// <summary>Limits that keep a hostile or mistaken file from exhausting memory.</summary>
public sealed record JsonLinesLimits
{
    /// <summary>The longest row in bytes, without its line end. Default 1 MiB.</summary>
    public int MaxLineBytes { get; init; } = 1 << 20;

    /// <summary>The deepest nesting of a row. Default 64.</summary>
    public int MaxDepth { get; init; } = 64;
}
