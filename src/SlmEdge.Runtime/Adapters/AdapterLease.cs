using SlmEdge.Runtime.Chat;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Golden;

namespace SlmEdge.Runtime.Adapters;

/// <summary>
/// The version of an adapter that was current when the lease began. It stays the same, and loaded, until the lease is disposed, whatever is loaded or unloaded
/// meanwhile: for a conversation, or several requests that belong together.
/// </summary>
/// <remarks>Safe to use from several threads. Its members answer with <see cref="ObjectDisposedException"/> after the disposal; await what was begun before.</remarks>
public sealed class AdapterLease : IDisposable
{
    private LoadedAdapter? adapter;

    internal AdapterLease(LoadedAdapter adapter) => this.adapter = adapter;

    /// <summary>The adapter.</summary>
    public AdapterInfo Adapter => Held.Info;

    /// <summary>Classifies texts.</summary>
    /// <exception cref="RuntimeException">The adapter's task is of another kind.</exception>
    public Classifier Classifier => Held.Models.Classifier;

    /// <summary>Extracts documents.</summary>
    /// <exception cref="RuntimeException">The adapter's task is of another kind.</exception>
    public Extractor Extractor => Held.Models.Extractor;

    /// <summary>Writes summaries, rewritings and the like.</summary>
    /// <exception cref="RuntimeException">The adapter's task is of another kind.</exception>
    public Generator Generator => Held.Models.Generator;

    /// <summary>Holds conversations.</summary>
    /// <exception cref="RuntimeException">The adapter's task is of another kind.</exception>
    public ChatModel Chat => Held.Models.Chat;

    private LoadedAdapter Held
    {
        get
        {
            ObjectDisposedException.ThrowIf(adapter is null, this);
            return adapter;
        }
    }

    /// <summary>Decides the adapter's golden examples on this device.</summary>
    /// <param name="ct">Stops the check.</param>
    public Task<IReadOnlyList<GoldenResult>> VerifyGoldenAsync(CancellationToken ct = default) => Held.Models.VerifyGoldenAsync(ct);

    /// <summary>Lets go of the adapter.</summary>
    public void Dispose() => Interlocked.Exchange(ref adapter, null)?.Release();
}
