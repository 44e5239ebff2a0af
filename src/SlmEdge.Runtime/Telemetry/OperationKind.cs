using System.Diagnostics;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Runtime.Telemetry;

/// <summary>What a runtime does again and again, as telemetry names it.</summary>
/// <param name="Name">The operation: <c>chat</c>, <c>text_completion</c> or <c>classify</c>.</param>
/// <param name="Model">The bundle.</param>
/// <param name="Engine">What computes.</param>
internal sealed record OperationKind(string Name, string Model, string Engine)
{
    private const string Provider = "slmedge";

    /// <summary>The adapter that answers, if one does.</summary>
    public string? Adapter { get; init; }

    /// <summary>Begins an operation that writes text.</summary>
    public Operation Begin(GenerationOptions options)
    {
        var activity = RuntimeTelemetry.Source.StartActivity($"{Name} {Model}", ActivityKind.Internal);
        if (activity is { IsAllDataRequested: true })
        {
            foreach (var (key, value) in Tags())
            {
                activity.SetTag(key, value);
            }

            activity.SetTag("gen_ai.output.type", options.Schema is null ? "text" : "json");
            activity.SetTag("gen_ai.request.max_tokens", options.MaxTokens);
            activity.SetTag("gen_ai.request.temperature", (double)options.Sampling.Temperature);
            activity.SetTag("gen_ai.request.top_k", options.Sampling.TopK);
            activity.SetTag("gen_ai.request.top_p", (double)options.Sampling.TopP);
            activity.SetTag("gen_ai.request.seed", (long)options.Sampling.Seed);
        }

        return new Operation(this, activity);
    }

    /// <summary>Notes a decision.</summary>
    public void Decided(int tokens, TimeSpan duration)
    {
        var tags = Tags();
        RuntimeTelemetry.OperationDuration.Record(duration.TotalSeconds, in tags);
        tags.Add("gen_ai.token.type", "input");
        RuntimeTelemetry.TokenUsage.Record(tokens, in tags);
    }

    public TagList Tags()
    {
        var tags = new TagList
        {
            { "gen_ai.operation.name", Name },
            { "gen_ai.provider.name", Provider },
            { "gen_ai.request.model", Model },
            { "gen_ai.response.model", Model },
            { "slmedge.engine", Engine },
        };
        if (Adapter is not null)
        {
            tags.Add("slmedge.adapter", Adapter);
        }

        return tags;
    }
}
