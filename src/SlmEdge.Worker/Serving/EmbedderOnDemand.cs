using SlmEdge.Engines;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Embeddings;

namespace SlmEdge.Worker.Serving;

/// <summary>A runtime's embedder, which is opened at the first request: most services never embed, and it takes memory beside the runtime's.</summary>
/// <remarks>Safe to use from several threads.</remarks>
internal sealed class EmbedderOnDemand(SlmRuntime runtime) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private Task<Embedder>? opening;
    private bool disposed;

    /// <summary>Passes that have ended, with the opening as the first.</summary>
    public long Evaluations
    {
        get
        {
            lock (gate)
            {
                return opening is { IsCompletedSuccessfully: true } ? opening.Result.Evaluations + 1 : 0;
            }
        }
    }

    /// <inheritdoc cref="IServingEngine.EmbedAsync"/>
    public async Task<IReadOnlyList<EmbeddedText>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken ct)
    {
        Embedder embedder;
        try
        {
            embedder = await Open().WaitAsync(ct).ConfigureAwait(false);
        }
        catch (Exception error) when (error is EngineException || error.GetType() == typeof(RuntimeException))
        {
            // A family that is not embedded with, or a bundle without a GGUF file.
            throw new NotSupportedException(error.Message, error);
        }

        return await embedder.EmbedAsync(texts, ct).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            disposed = true;
        }

        // Nothing is opened any more; what is being opened has to be closed.
        if (opening is { } last)
        {
            await ((Task)last).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (last.IsCompletedSuccessfully)
            {
                (await last.ConfigureAwait(false)).Dispose();
            }
        }
    }

    private Task<Embedder> Open()
    {
        lock (gate)
        {
            if (disposed)
            {
                throw new RuntimeStoppedException();
            }

            // What failed is tried again: memory that was short may be free by now.
            return opening is { IsFaulted: false } ? opening : opening = Task.Run(runtime.OpenEmbedder);
        }
    }
}
