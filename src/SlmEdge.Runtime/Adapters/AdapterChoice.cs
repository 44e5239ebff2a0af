using System.Runtime.CompilerServices;

namespace SlmEdge.Runtime.Adapters;

/// <summary>How the calls of a model by name hold the adapter that they ask for.</summary>
internal static class AdapterChoice
{
    /// <summary>Holds the adapter that a call asks for; null where it asks for none.</summary>
    /// <param name="adapters">The adapters; null for a model that is an adapter's own.</param>
    /// <param name="name">The name in the call's options.</param>
    /// <exception cref="AdapterException">There is no such adapter.</exception>
    public static AdapterLease? Hold(this AdapterCollection? adapters, string? name) => name is null
        ? null
        : adapters is not null
            ? adapters.Begin(name)
            : throw new ArgumentException($"This model is an adapter's own; ask the runtime's for the adapter '{name}'.", nameof(name));

    /// <summary>A stream that begins with the adapter's version of its first move, and lets go of it at its end or when it is left.</summary>
    public static async IAsyncEnumerable<T> Stream<T>(
        this AdapterCollection? adapters, string name, Func<AdapterLease, IAsyncEnumerable<T>> start, [EnumeratorCancellation] CancellationToken ct = default)
    {
        using var lease = adapters.Hold(name)!;
        await foreach (var item in start(lease).WithCancellation(ct).ConfigureAwait(false))
        {
            yield return item;
        }
    }
}
