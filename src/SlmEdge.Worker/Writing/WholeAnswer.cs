using SlmEdge.Runtime.Generation;

namespace SlmEdge.Worker.Writing;

/// <summary>Waits for the whole of an answer that comes in pieces.</summary>
internal static class WholeAnswer
{
    public static async Task<GeneratedText> WholeAsync(this IAsyncEnumerable<GenerationUpdate> updates)
    {
        GeneratedText? whole = null;
        await foreach (var update in updates.ConfigureAwait(false))
        {
            whole = update.Result;
        }

        return whole ?? throw new InvalidOperationException("The stream of updates ended without its last one.");
    }
}
