using System.Text.Json;
using SlmEdge.Engines.Sampling;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Worker.OpenAi;

/// <summary>What a request for a completion asks for, whichever of the two routes it came by.</summary>
internal sealed record CompletionRequest
{
    /// <summary>The turns; a prompt is one user's turn.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>Most tokens of the answer.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>The field that <see cref="MaxTokens"/> came in, for errors.</summary>
    public required string MaxTokensField { get; init; }

    public required SamplingOptions Sampling { get; init; }

    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Likeliest tokens beside each token of the answer; null for no probabilities.</summary>
    public int? Logprobs { get; init; }

    /// <summary>What the answer, a document, has to satisfy; null for free text.</summary>
    public JsonSchema? Schema { get; init; }

    /// <summary>The client's own <see cref="Schema"/>, as it came; null where it is just any object.</summary>
    public JsonElement? OwnSchema { get; init; }

    /// <summary>The adapter that is to answer; null for the model itself.</summary>
    public string? Adapter { get; init; }

    public bool Stream { get; init; }

    /// <summary>Whether a stream ends with a chunk that has the usage.</summary>
    public bool IncludeUsage { get; init; }

    public GenerationOptions ToGeneration() => new()
    {
        MaxTokens = MaxTokens,
        Sampling = Sampling,
        Stop = Stop,
        Schema = Schema,
        Logprobs = Logprobs,
        Adapter = Adapter,
    };
}
