using Microsoft.Extensions.AI;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Embeddings;

namespace SlmEdge.Extensions.AI;

/// <summary>An <see cref="Embedder"/> as an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>.</summary>
/// <remarks>
/// Safe for concurrent calls. Another model, or another number of dimensions than the model's, is refused with <see cref="NotSupportedException"/>. The embedder is not
/// disposed with the generator.
/// </remarks>
public sealed class SlmEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly Embedder embedder;
    private readonly EmbeddingGeneratorMetadata metadata;

    /// <summary>Makes a generator of an embedder.</summary>
    /// <param name="embedder">An opened model.</param>
    public SlmEmbeddingGenerator(Embedder embedder)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        this.embedder = embedder;
        metadata = new EmbeddingGeneratorMetadata("slmedge", null, embedder.ModelId, embedder.Dimensions);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Another model or number of dimensions is asked for.</exception>
    /// <exception cref="InvalidTextException">A text is empty, no Unicode, or longer than the context; the exception has its index.</exception>
    /// <exception cref="RuntimeException">The embedder failed or was disposed.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.ModelId is { } model && model != embedder.ModelId)
        {
            throw new NotSupportedException($"The model '{model}' is not here; this generator has '{embedder.ModelId}'.");
        }

        if (options?.Dimensions is { } dimensions && dimensions != embedder.Dimensions)
        {
            throw new NotSupportedException($"The vectors of '{embedder.ModelId}' have {embedder.Dimensions} dimensions; {dimensions} were asked for.");
        }

        var texts = values as IReadOnlyList<string> ?? [.. values];
        var embedded = await embedder.EmbedAsync(texts, cancellationToken).ConfigureAwait(false);
        var created = DateTimeOffset.UtcNow;
        long tokens = embedded.Sum(text => (long)text.Tokens);
        return new GeneratedEmbeddings<Embedding<float>>(
            embedded.Select(text => new Embedding<float>(text.Vector) { ModelId = embedder.ModelId, CreatedAt = created }))
        {
            Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens },
        };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? metadata
            : serviceType == typeof(Embedder) ? embedder
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Does nothing: the embedder is not disposed with the generator.</summary>
    public void Dispose()
    {
    }
}
