using System.Runtime.CompilerServices;

namespace SlmEdge.Runtime.Generation;

/// <summary>Streams of updates whose last one is completed by what the caller knows.</summary>
internal static class UpdateStream
{
    public static async IAsyncEnumerable<GenerationUpdate> WithResult(
        this IAsyncEnumerable<GenerationUpdate> updates, Func<GeneratedText, GeneratedText> change, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (var update in updates.WithCancellation(ct).ConfigureAwait(false))
        {
            yield return update.Result is { } result ? update with { Result = change(result) } : update;
        }
    }
}
