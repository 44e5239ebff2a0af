using System.Text;
using static SlmEdge.Training.Reports.HtmlText;

namespace SlmEdge.Export.Proof.Html;

/// <summary>Accuracy of every stage and baseline as dots with 95 % intervals on one scale, the reference as a line.</summary>
internal static class AccuracyChart
{
    private const int Width = 1000;
    private const int Left = 215;
    private const int Right = 90;
    private const int RowHeight = 27;
    private const int Top = 26;
    private const double FarBelow = 0.2;

    public static string Render(StageProof proof) => Render(
        [
            .. proof.Baselines.Select(b => new AccuracyChartRow(b.Name, b.Report.Correct, b.Report.Examples, StageColor.Baseline)),
            .. proof.Stages.Select(s => new AccuracyChartRow(s.Definition.Stage, s.Report.Correct, s.Report.Examples, StageColor.Of(s.Definition))),
        ],
        proof.Reference.Report.Accuracy);

    public static string Render(IReadOnlyList<AccuracyChartRow> rows, double reference)
    {
        // A majority class or untrained base far below would squeeze all that matters into a corner; it becomes an arrow at the edge.
        double low = rows.Where(r => r.Accuracy >= reference - FarBelow).Min(r => Interval(r.Correct, r.Examples).Low);
        double start = Math.Max(0, Math.Floor((low - 0.005) * 50) / 50);
        double X(double accuracy) => Left + ((accuracy - start) / (1 - start) * (Width - Left - Right));
        int height = Top + (rows.Count * RowHeight) + 8;

        var svg = new StringBuilder();
        svg.Append($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"Accuracy by stage\">");
        foreach (double tick in Ticks(start, 1))
        {
            svg.Append($"<line class=\"grid\" x1=\"{Pixel(X(tick))}\" x2=\"{Pixel(X(tick))}\" y1=\"{Top}\" y2=\"{height - 8}\"/>");
            svg.Append($"<text class=\"soft\" x=\"{Pixel(X(tick))}\" y=\"14\" text-anchor=\"middle\">{Number(100 * tick, "0")} %</text>");
        }

        svg.Append($"<line x1=\"{Pixel(X(reference))}\" x2=\"{Pixel(X(reference))}\" y1=\"{Top}\" y2=\"{height - 8}\" stroke=\"var(--torch)\" stroke-dasharray=\"3 4\"/>");
        for (int i = 0; i < rows.Count; i++)
        {
            AccuracyChartRow row = rows[i];
            double y = Top + ((i + 0.5) * RowHeight);
            (double from, double to) = Interval(row.Correct, row.Examples);
            svg.Append($"<text x=\"{Left - 14}\" y=\"{Pixel(y + 4)}\" text-anchor=\"end\">{Escape(row.Name)}</text>");
            svg.Append($"<text x=\"{Width - 8}\" y=\"{Pixel(y + 4)}\" text-anchor=\"end\">{Number(100 * row.Accuracy, "0.00")} %</text>");
            if (from < start)
            {
                svg.Append($"<path d=\"M{Left + 8} {Pixel(y - 5)} L{Left} {Pixel(y)} L{Left + 8} {Pixel(y + 5)} Z\" fill=\"{row.Color}\"/>");
                continue;
            }

            svg.Append($"<line x1=\"{Pixel(X(from))}\" x2=\"{Pixel(X(to))}\" y1=\"{Pixel(y)}\" y2=\"{Pixel(y)}\" stroke=\"{row.Color}\" stroke-width=\"3\" stroke-opacity=\"0.35\" stroke-linecap=\"round\"/>");
            svg.Append($"<circle cx=\"{Pixel(X(row.Accuracy))}\" cy=\"{Pixel(y)}\" r=\"5.5\" fill=\"{row.Color}\"/>");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>Wilson's score interval for a share of successes (Wilson 1927), 95 %.</summary>
    internal static (double Low, double High) Interval(int successes, int trials)
    {
        const double Z = 1.959964;
        double share = (double)successes / trials;
        double centre = share + (Z * Z / (2 * trials));
        double spread = Z * Math.Sqrt((share * (1 - share) / trials) + (Z * Z / (4.0 * trials * trials)));
        double scale = 1 + (Z * Z / trials);
        return (Math.Max(0, (centre - spread) / scale), Math.Min(1, (centre + spread) / scale));
    }

    private static IEnumerable<double> Ticks(double from, double to)
    {
        double step = (to - from) switch { > 0.6 => 0.2, > 0.3 => 0.1, > 0.12 => 0.05, _ => 0.01 };
        for (int i = (int)Math.Ceiling((from / step) - 1e-9); i * step <= to + 1e-9; i++)
        {
            yield return i * step;
        }
    }
}
