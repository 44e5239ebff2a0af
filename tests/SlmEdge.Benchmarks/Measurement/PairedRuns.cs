namespace SlmEdge.Benchmarks.Measurement;

/// <summary>
/// Seconds of several contenders over the same work, taken in rounds: each round runs every contender once, every other round in the
/// opposite order. Whatever else the machine does falls on the runs of a round alike, so ratios are taken within rounds and the median
/// over them is reported.
/// </summary>
internal sealed class PairedRuns
{
    private readonly double[][] _seconds;

    private PairedRuns(IReadOnlyList<Contender> contenders, double[][] seconds)
    {
        Contenders = contenders;
        _seconds = seconds;
    }

    public IReadOnlyList<Contender> Contenders { get; }

    public int Rounds => _seconds[0].Length;

    public static PairedRuns Measure(IReadOnlyList<Contender> contenders, int warmups, int rounds)
    {
        for (var i = 0; i < warmups; i++)
        {
            foreach (var contender in contenders)
            {
                contender.Run();
            }
        }

        var seconds = contenders.Select(_ => new double[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < contenders.Count; i++)
            {
                var index = round % 2 == 0 ? i : contenders.Count - 1 - i;
                seconds[index][round] = contenders[index].Run();
            }
        }

        return new PairedRuns(contenders, seconds);
    }

    /// <summary>Median seconds of a contender.</summary>
    public double Seconds(int contender) => Spread.Of(_seconds[contender]).Median;

    /// <summary>How many times as fast as the peer: the peer's seconds over the contender's, round by round.</summary>
    public Spread Ratio(int contender, int peer) => Spread.Of([.. _seconds[peer].Zip(_seconds[contender], (p, c) => p / c)]);
}
