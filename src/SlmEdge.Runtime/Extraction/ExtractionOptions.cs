using SlmEdge.Engines.Sampling;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Runtime.Extraction;

/// <summary>How one document is written.</summary>
public sealed record ExtractionOptions
{
    /// <summary>Most tokens of the document. It is always completed within them; fewer than the shortest document takes are refused.</summary>
    public int MaxTokens { get; init; } = 1024;

    /// <summary>How tokens are drawn; by default the likeliest.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>Where the request stands in the queue.</summary>
    public RequestPriority Priority { get; init; }

    /// <summary>How long the request may wait for its start; <see langword="null"/> is for ever.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>The adapter that extracts (<see cref="SlmRuntime.Adapters"/>), in the version of the moment, or <see langword="null"/> for the model itself.</summary>
    public string? Adapter { get; init; }

    internal GenerationOptions With(Tasks.Extraction.JsonSchema schema) =>
        new() { MaxTokens = MaxTokens, Sampling = Sampling, Schema = schema, Priority = Priority, Deadline = Deadline };
}
