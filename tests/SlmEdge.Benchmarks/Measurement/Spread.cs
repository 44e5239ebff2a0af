using System.Globalization;

namespace SlmEdge.Benchmarks.Measurement;

/// <summary>Median of some measurements, with the 10th and 90th percentile (of fewer than ten: the smallest and the largest).</summary>
internal readonly record struct Spread(double Median, double Low, double High)
{
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        var cut = sorted.Length / 10;
        return new Spread(median, sorted[cut], sorted[^(cut + 1)]);
    }

    /// <summary>All three times a factor.</summary>
    public Spread Times(double factor) => new(Median * factor, Low * factor, High * factor);

    /// <summary>For example <c>4.21 × (3.90 – 4.40)</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Median:0.00} × ({Low:0.00} – {High:0.00})");

    /// <summary>For example <c>42.1 % (39.0 – 44.0)</c>.</summary>
    public string ToPercent() => string.Create(CultureInfo.InvariantCulture, $"{100 * Median:0.0} % ({100 * Low:0.0} – {100 * High:0.0})");
}
