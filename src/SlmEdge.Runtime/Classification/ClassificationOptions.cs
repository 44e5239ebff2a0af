namespace SlmEdge.Runtime.Classification;

/// <summary>How texts are classified in one call.</summary>
public sealed record ClassificationOptions
{
    /// <summary>The adapter that decides (<see cref="SlmRuntime.Adapters"/>), or <see langword="null"/> for the model itself.</summary>
    public string? Adapter { get; init; }

    /// <summary>Which of the waiting requests goes first. Default: normal; work that nobody waits for is <see cref="RequestPriority.Low"/>.</summary>
    public RequestPriority Priority { get; init; }
}
