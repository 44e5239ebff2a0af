namespace SlmEdge.Runtime.Classification;

/// <summary>How texts are classified in one call.</summary>
public sealed record ClassificationOptions
{
    /// <summary>The adapter that decides (<see cref="SlmRuntime.Adapters"/>), or <see langword="null"/> for the model itself.</summary>
    public string? Adapter { get; init; }
}
