using SlmEdge.Engines.LlamaCpp.Embeddings;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Extensions.AI;

/// <summary>Which bundle an application runs, and how; for configuration files too.</summary>
public sealed class SlmEdgeOptions
{
    /// <summary>The bundle: a <c>.slmb</c> file or a bundle folder.</summary>
    public string? BundlePath { get; set; }

    /// <inheritdoc cref="RuntimeOptions.Engine"/>
    public EngineChoice Engine { get; set; } = EngineChoice.Auto;

    /// <inheritdoc cref="RuntimeOptions.File"/>
    public string? File { get; set; }

    /// <inheritdoc cref="RuntimeOptions.Threads"/>
    public int Threads { get; set; }

    /// <inheritdoc cref="RuntimeOptions.ContextLength"/>
    public int ContextLength { get; set; }

    /// <inheritdoc cref="RuntimeOptions.BatchTokens"/>
    public int BatchTokens { get; set; } = new RuntimeOptions().BatchTokens;

    /// <inheritdoc cref="RuntimeOptions.QueueCapacity"/>
    public int QueueCapacity { get; set; } = new RuntimeOptions().QueueCapacity;

    /// <inheritdoc cref="RuntimeOptions.LongTexts"/>
    public LongTextPolicy LongTexts { get; set; } = LongTextPolicy.Refuse;

    /// <summary>What happens to a conversation that does not fit the context.</summary>
    public ContextOverflow Overflow { get; set; } = ContextOverflow.Refuse;

    /// <inheritdoc cref="RuntimeOptions.MemoryLimitBytes"/>
    public long? MemoryLimitBytes { get; set; }

    /// <inheritdoc cref="RuntimeOptions.CacheDirectory"/>
    public string? CacheDirectory { get; set; }

    /// <summary>An embedding model (<c>.gguf</c>, or a bundle) for the embedding generator; null embeds with the hidden states of the model in <see cref="BundlePath"/>.</summary>
    public string? EmbeddingPath { get; set; }

    /// <inheritdoc cref="EmbedderOptions.Pooling"/>
    public EmbeddingPooling? Pooling { get; set; }

    /// <inheritdoc cref="EmbedderOptions.Normalize"/>
    public bool NormalizeEmbeddings { get; set; } = true;

    internal EmbedderOptions ToEmbedderOptions() => new()
    {
        Pooling = Pooling,
        Normalize = NormalizeEmbeddings,
        LongTexts = LongTexts,
        Threads = Threads,
        BatchTokens = BatchTokens,
        File = EmbeddingPath is null && File?.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) == true ? File : null,
        MemoryLimitBytes = MemoryLimitBytes,
        CacheDirectory = CacheDirectory,
    };

    internal RuntimeOptions ToRuntimeOptions() => new()
    {
        Engine = Engine,
        File = File,
        Threads = Threads,
        ContextLength = ContextLength,
        BatchTokens = BatchTokens,
        QueueCapacity = QueueCapacity,
        LongTexts = LongTexts,
        MemoryLimitBytes = MemoryLimitBytes,
        CacheDirectory = CacheDirectory,
    };
}
