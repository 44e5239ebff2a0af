namespace SlmEdge.Teachers.Endpoint;

/// <summary>
/// The pause that an endpoint asked for holds for every question, not only for the one that was turned away: the others would be turned away
/// too. Safe to use from several threads.
/// </summary>
internal sealed class SharedPause(TimeProvider time)
{
    private long until;

    public void Extend(TimeSpan pause)
    {
        var end = time.GetUtcNow().Ticks + pause.Ticks;
        var seen = Volatile.Read(ref until);
        while (end > seen)
        {
            var now = Interlocked.CompareExchange(ref until, end, seen);
            if (now == seen)
            {
                return;
            }

            seen = now;
        }
    }

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref until) - time.GetUtcNow().Ticks is var ticks and > 0)
        {
            await Task.Delay(TimeSpan.FromTicks(ticks), time, cancellationToken).ConfigureAwait(false);
        }
    }
}
