using System.Globalization;
using System.Text;

namespace SlmEdge.Training.Reports;

/// <summary>A line chart as SVG text, coloured by the page's style sheet.</summary>
internal static class LineChart
{
    private const int Width = 900;
    private const int Height = 300;
    private const int Left = 56;
    private const int Bottom = 30;
    private const int GridLines = 5;

    /// <summary>Exponential moving average with a memory of about a fiftieth of the run.</summary>
    public static IReadOnlyList<(long Step, double Value)> Smooth(IReadOnlyList<(long Step, double Value)> points)
    {
        var weight = Math.Min(1, 50.0 / points.Count);
        var smooth = new (long, double)[points.Count];
        var mean = points[0].Value;
        for (var i = 0; i < points.Count; i++)
        {
            mean += weight * (points[i].Value - mean);
            smooth[i] = (points[i].Step, mean);
        }

        return smooth;
    }

    public static string Render(IReadOnlyList<ChartSeries> series, string unit, string format)
    {
        var points = series.SelectMany(s => s.Points).ToArray();
        var (low, high) = (points.Min(p => p.Value), points.Max(p => p.Value));
        if (high - low < 1e-9)
        {
            (low, high) = (low - 0.5, high + 0.5);
        }

        var last = Math.Max(1, points.Max(p => p.Step));
        double X(long step) => Left + ((Width - Left - 8) * (double)step / last);
        double Y(double value) => 8 + ((Height - Bottom - 8) * (high - value) / (high - low));

        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\">");
        foreach (var value in Ticks(low, high))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - 8}\" y1=\"{Y(value):F1}\" y2=\"{Y(value):F1}\"/>")
                .Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{Y(value) + 4:F1}\" text-anchor=\"end\">{value.ToString(format, CultureInfo.InvariantCulture)}</text>");
        }

        foreach (var step in Ticks(0, last).Where(t => t < last * 0.94))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X((long)step):F1}\" y=\"{Height - 8}\" text-anchor=\"middle\">{step.ToString("N0", CultureInfo.InvariantCulture)}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(last):F1}\" y=\"{Height - 8}\" text-anchor=\"end\">{unit} {last.ToString("N0", CultureInfo.InvariantCulture)}</text>");

        foreach (var curve in series.Where(s => s.Points.Count > 0))
        {
            var path = string.Join(' ', curve.Points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(p.Step):F1},{Y(p.Value):F1}")));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"curve {curve.Style}\" points=\"{path}\"/>");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>About <see cref="GridLines"/> values between two bounds, a multiple of 1, 2 or 5 times a power of ten apart.</summary>
    private static IEnumerable<double> Ticks(double low, double high)
    {
        var rough = (high - low) / GridLines;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var gap = new[] { 1, 2, 5, 10 }.Select(m => m * power).First(g => g >= rough * 0.999);
        for (var value = Math.Ceiling(low / gap) * gap; value <= high + (gap * 1e-6); value += gap)
        {
            yield return value;
        }
    }
}
