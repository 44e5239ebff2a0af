using System.Text;
using SlmEdge.Tasks.Metrics;
using static SlmEdge.Training.Reports.HtmlText;

namespace SlmEdge.Training.Reports;

/// <summary>
/// Confidence against the share that is right (Guo et al. 2017, arXiv 1706.04599), one curve per series.
/// The area of a dot is the share of texts in its bin.
/// </summary>
internal static class ReliabilityChart
{
    /// <summary>Bins of the diagram; more would leave too few texts in each.</summary>
    public const int Bins = 10;

    private const int Size = 380;
    private const int Left = 48;
    private const int Bottom = 44;

    public static string Render(params IReadOnlyList<(string Name, string Color, IReadOnlyList<ReliabilityBin> Bins)> series)
    {
        var svg = new StringBuilder();
        svg.Append($"<svg viewBox=\"0 0 520 {Size}\" role=\"img\" aria-label=\"Reliability\">");
        for (int i = 0; i <= 5; i++)
        {
            double share = i / 5.0;
            svg.Append($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Pixel(X(1))}\" y1=\"{Pixel(Y(share))}\" y2=\"{Pixel(Y(share))}\"/>");
            svg.Append($"<text class=\"soft\" x=\"{Left - 8}\" y=\"{Pixel(Y(share) + 4)}\" text-anchor=\"end\">{Number(100 * share, "0")}</text>");
            svg.Append($"<text class=\"soft\" x=\"{Pixel(X(share))}\" y=\"{Size - Bottom + 17}\" text-anchor=\"middle\">{Number(100 * share, "0")}</text>");
        }

        svg.Append($"<line class=\"axis\" x1=\"{Pixel(X(0))}\" y1=\"{Pixel(Y(0))}\" x2=\"{Pixel(X(1))}\" y2=\"{Pixel(Y(1))}\" stroke-width=\"1.5\"/>");
        svg.Append($"<text class=\"soft\" x=\"{Pixel(X(0.5))}\" y=\"{Size - 6}\" text-anchor=\"middle\">confidence, %</text>");
        double y = 40;
        foreach (var (name, color, bins) in series)
        {
            AppendCurve(svg, color, bins);
            svg.Append($"<circle cx=\"398\" cy=\"{Pixel(y - 4)}\" r=\"5\" fill=\"{color}\"/><text x=\"410\" y=\"{Pixel(y)}\">{Escape(name)}</text>");
            y += 20;
        }

        return svg.Append("</svg>").ToString();
    }

    private static double X(double share) => Left + (share * (Size - Left - 12));

    private static double Y(double share) => Size - Bottom - (share * (Size - Bottom - 14));

    private static void AppendCurve(StringBuilder svg, string color, IReadOnlyList<ReliabilityBin> bins)
    {
        var filled = bins.Where(bin => bin.Rows > 0).ToArray();
        int rows = filled.Sum(bin => bin.Rows);
        string points = string.Join(' ', filled.Select(bin => $"{Pixel(X(bin.Confidence))},{Pixel(Y(bin.Accuracy))}"));
        svg.Append($"<polyline points=\"{points}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\"/>");
        foreach (ReliabilityBin bin in filled)
        {
            double radius = 3 + (11 * Math.Sqrt((double)bin.Rows / rows));
            svg.Append($"<circle cx=\"{Pixel(X(bin.Confidence))}\" cy=\"{Pixel(Y(bin.Accuracy))}\" r=\"{Pixel(radius)}\" fill=\"{color}\" fill-opacity=\"0.45\" stroke=\"{color}\"><title>{bin.Rows} texts, {Number(100 * bin.Accuracy, "0.0")} % right</title></circle>");
        }
    }
}
