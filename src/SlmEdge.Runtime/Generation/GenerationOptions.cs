using SlmEdge.Engines.Sampling;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Runtime.Generation;

/// <summary>How one answer is written.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most strings in <see cref="Stop"/>.</summary>
    public const int MaxStopStrings = 64;

    /// <summary>Most likeliest tokens that <see cref="Logprobs"/> can name.</summary>
    public const int MaxLogprobs = 20;

    /// <summary>Most tokens of the answer; it is shorter where the context is full. Default: 512.</summary>
    public int MaxTokens { get; init; } = 512;

    /// <summary>How tokens are drawn; by default the likeliest.</summary>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>Texts that end the answer and are not part of it.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>
    /// The schema that the answer, a JSON document, has to satisfy, or <see langword="null"/> for free text. The document is complete and valid or the
    /// request fails; stop strings could cut it and are refused beside a schema.
    /// </summary>
    public JsonSchema? Schema { get; init; }

    /// <summary>
    /// How many likeliest tokens are named beside each token of the answer, each with its probability (0 for the token alone), or <see langword="null"/>
    /// for no probabilities.
    /// </summary>
    public int? Logprobs { get; init; }

    /// <summary>Where the request stands in the queue.</summary>
    public RequestPriority Priority { get; init; }

    /// <summary>How long the request may wait for its start; <see langword="null"/> is for ever.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>The adapter that writes (<see cref="SlmRuntime.Adapters"/>), in the version of the moment, or <see langword="null"/> for the model itself.</summary>
    public string? Adapter { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTokens, 1);
        ArgumentNullException.ThrowIfNull(Sampling);
        ArgumentNullException.ThrowIfNull(Stop);
        Sampling.Validate();
        if (Stop.Count > MaxStopStrings || Stop.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException($"Stop strings have to be 1 to {MaxStopStrings} texts that are not empty.", nameof(Stop));
        }

        if (Logprobs is < 0 or > MaxLogprobs)
        {
            throw new ArgumentOutOfRangeException(nameof(Logprobs), Logprobs, $"has to be from 0 to {MaxLogprobs}");
        }

        if (Schema is not null && Stop.Count > 0)
        {
            throw new ArgumentException("Stop strings could cut a document that follows a schema; leave one of them out.", nameof(Stop));
        }
    }
}
