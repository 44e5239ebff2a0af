using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Classification;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Updates;

/// <summary>A new version answers copies of live requests; nobody gets its answers. Requests that come faster than it answers are left out, so that nobody waits for it.</summary>
internal sealed class ShadowRun(int requests)
{
    private const int MostWaiting = 64;

    // Whoever waits for an answer goes first.
    private static readonly ClassificationOptions Unhurried = new() { Priority = RequestPriority.Low };

    private readonly Channel<(IReadOnlyList<Decision> Decisions, TimeSpan Took)> copies =
        Channel.CreateBounded<(IReadOnlyList<Decision>, TimeSpan)>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly AnswerFigures live = new();
    private readonly AnswerFigures shadow = new();
    private int done;
    private long texts;
    private long same;

    /// <summary>Requests that both have answered.</summary>
    public int Done => Volatile.Read(ref done);

    /// <summary>Requests that both are to answer.</summary>
    public int Requests => requests;

    /// <summary>Offers a live request's answer for comparison.</summary>
    public void Offer(IReadOnlyList<Decision> decisions, TimeSpan took) => copies.Writer.TryWrite((decisions, took));

    /// <summary>Runs until enough requests were compared.</summary>
    /// <returns>What came out, for people.</returns>
    /// <exception cref="UpdateException">Too few texts were decided alike, or the new version failed.</exception>
    public async Task<string> RunAsync(IServingEngine engine, double minAgreement, CancellationToken ct)
    {
        while (done < requests)
        {
            var (decisions, took) = await copies.Reader.ReadAsync(ct).ConfigureAwait(false);
            live.AddLatency(took);
            var began = Stopwatch.GetTimestamp();
            IReadOnlyList<Decision> answers;
            try
            {
                answers = await engine.ClassifyAsync([.. decisions.Select(decision => decision.Text)], Unhurried, ct).ConfigureAwait(false);
            }
            catch (RuntimeException error)
            {
                throw new UpdateException(UpdateRefusal.Refused, $"In the shadow of the running version the new one failed on a request: {error.Message}");
            }

            shadow.AddLatency(Stopwatch.GetElapsedTime(began));
            texts += answers.Count;
            same += answers.Zip(decisions).Count(pair => pair.First.Label == pair.Second.Label);
            Volatile.Write(ref done, done + 1);
        }

        var agreement = texts == 0 ? 1 : (double)same / texts;
        var result = string.Create(
            CultureInfo.InvariantCulture,
            $"Of {texts} texts in {requests} requests {same} were decided alike ({agreement:P1}); 95th percentile of the latency {shadow.P95:0.0} ms in the shadow, {live.P95:0.0} ms for those who waited.");
        return agreement >= minAgreement
            ? result
            : throw new UpdateException(UpdateRefusal.Refused, string.Create(CultureInfo.InvariantCulture, $"{result} At least {minAgreement:P1} have to be alike (--update-agreement)."));
    }
}
