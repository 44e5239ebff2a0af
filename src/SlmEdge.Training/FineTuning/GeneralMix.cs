using SlmEdge.Training.Randomness;

namespace SlmEdge.Training.FineTuning;

/// <summary>
/// General rows that go along with a run's own, against forgetting: of all rows that have been visited, a set share. How many go with a step
/// follows from its place alone, so that any step can be found again.
/// </summary>
internal sealed class GeneralMix(IReadOnlyList<SupervisedExample> examples, double share, long seed)
{
    /// <summary>Keeps the order of the general rows apart from that of the run's own, which is drawn from the same seed.</summary>
    private const long OrderSalt = 0x67656E6572616C;

    private readonly RowOrder _order = new(examples.Count, seed ^ OrderSalt);

    /// <summary>General rows that are due once so many of the run's own have been visited.</summary>
    /// <remarks>The small addend makes up for a ratio that is not a binary fraction.</remarks>
    public static long DueAfter(long rows, double share) => (long)Math.Floor((rows * share / (1 - share)) + 1e-9);

    /// <summary>The general rows of one step.</summary>
    /// <param name="before">The run's own rows that were visited before, over all passes.</param>
    /// <param name="rows">The run's own rows of the step.</param>
    public IReadOnlyList<SupervisedExample> Due(long before, int rows)
    {
        var first = DueAfter(before, share);
        return [.. Enumerable.Range(0, (int)(DueAfter(before + rows, share) - first)).Select(i => examples[_order.At(first + i)])];
    }
}
