using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.LlamaCpp.Embeddings;

namespace SlmEdge.Runtime.Embeddings;

/// <summary>How texts are embedded.</summary>
public sealed record EmbedderOptions
{
    /// <summary>How the vectors of a text's tokens become one; null takes what the model file says, and the mean where it says nothing.</summary>
    public EmbeddingPooling? Pooling { get; init; }

    /// <summary>Whether vectors are scaled to length 1 (L2), so that their inner product is their cosine.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>What happens to a text that is longer than <see cref="ContextLength"/>.</summary>
    public LongTextPolicy LongTexts { get; init; } = LongTextPolicy.Refuse;

    /// <summary>
    /// Whether a vector is the same bits whatever texts come with it: each text is then computed by itself. Otherwise short texts are computed together, faster, and a
    /// vector differs in its last digits by its company.
    /// </summary>
    public bool Deterministic { get; init; } = true;

    /// <summary>Tokens of the longest text, with those that the vocabulary puts around it; 0 takes what the model was trained with, at most 4096.</summary>
    public int ContextLength { get; init; }

    /// <summary>Tokens of several texts that are computed together.</summary>
    public int BatchTokens { get; init; } = 512;

    /// <summary>Texts that are taken from a stream and held at once.</summary>
    public int BatchTexts { get; init; } = 64;

    /// <summary>What the model may take, in bytes; null for what the machine has.</summary>
    public long? MemoryLimitBytes { get; init; }

    /// <summary>Threads for one evaluation; 0 for one per physical core.</summary>
    public int Threads { get; init; }

    /// <summary>Layers kept on the GPU: 0 for none, negative for all. Without a GPU backend it has no effect.</summary>
    public int GpuLayers { get; init; }

    /// <summary>The model file in the bundle (GGUF); null takes the first.</summary>
    public string? File { get; init; }

    /// <summary>Folder for the unpacked files of bundles; null takes the user's.</summary>
    public string? CacheDirectory { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal void Validate()
    {
        if (Pooling is { } pooling && !Enum.IsDefined(pooling))
        {
            throw new ArgumentOutOfRangeException(nameof(Pooling), pooling, "There is no such pooling.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(ContextLength);
        ArgumentOutOfRangeException.ThrowIfNegative(Threads);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchTokens, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BatchTokens, LlamaCppOptions.MaxBatchTokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(BatchTexts, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BatchTexts, 256);
    }
}
