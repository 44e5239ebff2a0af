using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Suspects;

/// <summary>
/// Finds what ends the process, where the engine's native code is in it. After an end that was none of the service's own, the rows and messages that were under way are
/// decided one at a time, each with a note on the disk: the one whose note is there at the next start ended the process a second time, and is set aside.
/// </summary>
/// <remarks>
/// While nothing is suspected, nothing is written. Requests over HTTP are not part of it: nobody sends them again by itself. Safe to use from several threads.
/// </remarks>
internal sealed class SuspectLane(StateDatabase database, bool isSuspicious) : IDisposable
{
    /// <summary>Why a row or message that ended the process twice has no answer.</summary>
    public const string Reason = "The service ended twice while it was decided, the second time with nothing else of the queue beside it.";

    // Those that are decided together; one alone takes all the places.
    private const int Places = 1024;

    private readonly SemaphoreSlim places = new(Places);
    private readonly SemaphoreSlim alone = new(1);

    /// <summary>Whether what comes again may have ended the process.</summary>
    public bool IsSuspicious => isSuspicious;

    /// <summary>A place beside others.</summary>
    /// <returns>Dispose it when the decision is kept.</returns>
    public async Task<IDisposable?> TogetherAsync(CancellationToken ct)
    {
        if (!isSuspicious)
        {
            return null;
        }

        await places.WaitAsync(ct).ConfigureAwait(false);
        return new Place(places);
    }

    /// <summary>Decides something with nothing else beside it.</summary>
    /// <param name="source">Where it comes from.</param>
    /// <param name="id">What it is known by there.</param>
    /// <param name="decide">Decides it. After it has come back, whatever it says, the process lives and what was decided is no suspect any more.</param>
    /// <param name="otherwise">What becomes of one with which the process ended before.</param>
    /// <param name="ct">Gives up waiting.</param>
    /// <exception cref="StorageException">The note cannot be written.</exception>
    public async Task<T> AloneAsync<T>(string source, string id, Func<Task<T>> decide, T otherwise, CancellationToken ct)
    {
        await alone.WaitAsync(ct).ConfigureAwait(false);
        var taken = 0;
        try
        {
            for (; taken < Places; taken++)
            {
                await places.WaitAsync(ct).ConfigureAwait(false);
            }

            var isFirst = await database.WriteAsync(connection => connection.Execute("INSERT OR IGNORE INTO suspects (source, id) VALUES ($source, $id)", ("$source", source), ("$id", id)) > 0).ConfigureAwait(false);
            try
            {
                return isFirst ? await decide().ConfigureAwait(false) : otherwise;
            }
            finally
            {
                await ForgetAsync(source, id).ConfigureAwait(false);
            }
        }
        finally
        {
            if (taken > 0)
            {
                places.Release(taken);
            }

            alone.Release();
        }
    }

    public void Dispose()
    {
        places.Dispose();
        alone.Dispose();
    }

    private async Task ForgetAsync(string source, string id)
    {
        try
        {
            await database.WriteAsync(connection => connection.Execute("DELETE FROM suspects WHERE source = $source AND id = $id", ("$source", source), ("$id", id)) > 0).ConfigureAwait(false);
        }
        catch (StorageException)
        {
            // The database has said why. At worst one innocent is set aside after another crash, with the reason.
        }
    }

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
