namespace SlmEdge.Teachers.Keeping;

/// <summary>
/// Works through numbered questions, as many at once as the teacher takes. When the teacher fails for good, no further one is begun and those
/// under way get a while to come in, because their answers are paid for.
/// </summary>
internal static class QuestionRound
{
    /// <summary>So many refused questions without an answer between them are the teacher's fault, not theirs.</summary>
    private const int MostRefusals = 10;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    /// <summary>Runs <paramref name="ask"/> for the numbers from 0 to <paramref name="count"/>, exclusive.</summary>
    /// <param name="count">How many.</param>
    /// <param name="places">How many at once.</param>
    /// <param name="ask">Asks one and takes in what comes of it.</param>
    /// <param name="refused">Told of a question that the teacher refused.</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <exception cref="TeacherException">The teacher cannot be worked with.</exception>
    public static async Task RunAsync(int count, int places, Func<int, CancellationToken, Task> ask, Action<int, TeacherException> refused, CancellationToken cancellationToken)
    {
        using var grace = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var next = -1;
        var refusals = 0;
        Exception? failure = null;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(count, places)).Select(_ => Task.Run(WorkAsync, CancellationToken.None))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        async Task WorkAsync()
        {
            while (Volatile.Read(ref failure) is null && Interlocked.Increment(ref next) is var index && index < count)
            {
                try
                {
                    await ask(index, grace.Token).ConfigureAwait(false);
                    Volatile.Write(ref refusals, 0);
                }
                catch (TeacherException e) when (e.ThisRequestOnly && Interlocked.Increment(ref refusals) < MostRefusals)
                {
                    refused(index, e);
                }
                catch (Exception e)
                {
                    Interlocked.CompareExchange(ref failure, e, null);
                    if (!grace.IsCancellationRequested)
                    {
                        grace.CancelAfter(Grace);
                    }
                }
            }
        }
    }
}
