using System.Globalization;

namespace SlmEdge.Benchmarks.Measurement;

/// <summary>Median of some measurements, with the smallest and the largest.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    /// <summary>For example <c>4.21 × (3.90 – 4.40)</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Median:0.00} × ({Min:0.00} – {Max:0.00})");
}
