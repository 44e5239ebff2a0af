using System.Collections.Concurrent;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Worker.Metrics;

/// <summary>What one operation has done with one adapter, or without. Safe to use from several threads.</summary>
/// <param name="operation">What was asked for.</param>
/// <param name="adapter">The adapter's name; null for the bundle's own model.</param>
internal sealed class OperationFigures(string operation, string? adapter)
{
    private long requests;
    private long abstentions;
    private long truncated;
    private long textTokens;
    private long promptTokens;
    private long cachedTokens;
    private long answerTokens;

    /// <summary>What its series are called.</summary>
    public IReadOnlyList<(string Name, string Value)> Labels { get; } = adapter is null ? [("operation", operation)] : [("operation", operation), ("adapter", adapter)];

    /// <summary>Requests.</summary>
    public long Requests => Volatile.Read(ref requests);

    /// <summary>Seconds from the call to the start of the evaluation.</summary>
    public Histogram Queue { get; } = Seconds();

    /// <summary>Seconds from there to a decision, to an answer's first token, or to the vectors.</summary>
    public Histogram Prefill { get; } = Seconds();

    /// <summary>Seconds from an answer's first token to its last.</summary>
    public Histogram Decode { get; } = Seconds();

    /// <summary>Requests that were evaluated together with a decision's text, itself included.</summary>
    public Histogram Batch { get; } = new(1, 2, 4, 8, 16, 32, 64, 128);

    /// <summary>The calibrated probability of the best label.</summary>
    public Histogram Confidence { get; } = new(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1);

    /// <summary>Decisions by their best label.</summary>
    public ConcurrentDictionary<string, long> Decisions { get; } = new(StringComparer.Ordinal);

    /// <summary>Requests that failed, by reason.</summary>
    public ConcurrentDictionary<string, long> Failures { get; } = new(StringComparer.Ordinal);

    /// <summary>Decisions without a label.</summary>
    public long Abstentions => Volatile.Read(ref abstentions);

    /// <summary>Texts whose end was cut off.</summary>
    public long Truncated => Volatile.Read(ref truncated);

    /// <summary>Tokens of the texts that were decided or turned into vectors, without the shared prefix.</summary>
    public long TextTokens => Volatile.Read(ref textTokens);

    /// <summary>Tokens of prompts that were answered.</summary>
    public long PromptTokens => Volatile.Read(ref promptTokens);

    /// <summary>Those of them that were in the memory already.</summary>
    public long CachedTokens => Volatile.Read(ref cachedTokens);

    /// <summary>Tokens that were written.</summary>
    public long AnswerTokens => Volatile.Read(ref answerTokens);

    public void Asked() => Interlocked.Increment(ref requests);

    public void Decided(Decision decision)
    {
        Queue.Add(decision.Timings.Queued.TotalSeconds);
        Prefill.Add(decision.Timings.Evaluated.TotalSeconds);
        Batch.Add(decision.Timings.BatchTexts);
        Confidence.Add(decision.Confidence);
        Increment(Decisions, decision.Scores[0].Label);
        Interlocked.Add(ref abstentions, decision.Label is null ? 1 : 0);
        Interlocked.Add(ref truncated, decision.Truncated ? 1 : 0);
        Interlocked.Add(ref textTokens, decision.Timings.TextTokens);
    }

    public void Answered(TokenUsage usage, GenerationTimings timings, bool wasTruncated)
    {
        Queue.Add(timings.Queued.TotalSeconds);
        Prefill.Add(timings.FirstToken.TotalSeconds);
        Decode.Add((timings.Evaluated - timings.FirstToken).TotalSeconds);
        Interlocked.Add(ref promptTokens, usage.PromptTokens);
        Interlocked.Add(ref cachedTokens, usage.CachedTokens);
        Interlocked.Add(ref answerTokens, usage.AnswerTokens);
        Interlocked.Add(ref truncated, wasTruncated ? 1 : 0);
    }

    /// <summary>Vectors of the texts of a request; the embedder does not say how long they waited.</summary>
    public void Embedded(IReadOnlyList<EmbeddedText> texts, TimeSpan took)
    {
        Prefill.Add(took.TotalSeconds);
        foreach (var text in texts)
        {
            Interlocked.Add(ref textTokens, text.Tokens);
            Interlocked.Add(ref truncated, text.IsTruncated ? 1 : 0);
        }
    }

    public void Failed(string reason) => Increment(Failures, reason);

    private static void Increment(ConcurrentDictionary<string, long> counts, string name) => counts.AddOrUpdate(name, 1, static (_, count) => count + 1);

    private static Histogram Seconds() => new(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60);
}
