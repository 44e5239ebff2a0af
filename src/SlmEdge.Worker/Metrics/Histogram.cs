namespace SlmEdge.Worker.Metrics;

/// <summary>Counts how many values lie at or below each of some bounds. Safe to use from several threads.</summary>
/// <param name="bounds">The bounds, ascending; a last one without bound is added.</param>
internal sealed class Histogram(params double[] bounds)
{
    private readonly long[] counts = new long[bounds.Length + 1];
    private double sum;

    /// <summary>The bounds.</summary>
    public IReadOnlyList<double> Bounds => bounds;

    /// <summary>The sum of all values.</summary>
    public double Sum => Volatile.Read(ref sum);

    /// <summary>Values of each bound and not of the one before; the last are those above all.</summary>
    public long this[int bound] => Volatile.Read(ref counts[bound]);

    /// <summary>Whether nothing was added yet.</summary>
    public bool IsEmpty => Array.TrueForAll(counts, count => count == 0);

    public void Add(double value)
    {
        var index = Array.BinarySearch(bounds, value);
        Interlocked.Increment(ref counts[index < 0 ? ~index : index]);
        double before;
        do
        {
            before = Volatile.Read(ref sum);
        }
        while (Interlocked.CompareExchange(ref sum, before + value, before) != before);
    }
}
