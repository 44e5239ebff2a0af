using System.Text;
using static SlmEdge.Training.Reports.HtmlText;

namespace SlmEdge.Export.Proof.Html;

/// <summary>Speed (logarithmic) against accuracy; the area of a dot is the size on the disk.</summary>
internal static class CostChart
{
    private const int Width = 520;
    private const int Height = 380;
    private const int Left = 58;
    private const int Right = 22;
    private const int Top = 18;
    private const int Bottom = 48;

    public static string Render(StageProof proof)
    {
        StageResult[] stages = [.. proof.Stages.Where(s => s.Definition.Stage != StageNames.Base)];
        (double lowRate, double highRate) = (stages.Min(s => s.TextsPerSecond) / 1.6, stages.Max(s => s.TextsPerSecond) * 1.6);
        double best = stages.Max(s => s.Report.Accuracy);
        double worst = stages.Min(s => s.Report.Accuracy);
        double margin = Math.Max(0.004, (best - worst) * 0.25);
        (double low, double high) = (worst - margin, best + margin);
        long largest = Math.Max(1, stages.Max(s => s.Definition.SizeBytes));
        double X(double rate) => Left + (Math.Log(rate / lowRate) / Math.Log(highRate / lowRate) * (Width - Left - Right));
        double Y(double accuracy) => Height - Bottom - ((accuracy - low) / (high - low) * (Height - Top - Bottom));

        var svg = new StringBuilder();
        svg.Append($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Speed, accuracy and size\">");
        for (int i = 0; i <= 4; i++)
        {
            double accuracy = low + ((high - low) * i / 4);
            svg.Append($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Pixel(Y(accuracy))}\" y2=\"{Pixel(Y(accuracy))}\"/>");
            svg.Append($"<text class=\"soft\" x=\"{Left - 8}\" y=\"{Pixel(Y(accuracy) + 4)}\" text-anchor=\"end\">{Number(100 * accuracy, "0.0")}</text>");
        }

        foreach (double rate in Decades(lowRate, highRate))
        {
            svg.Append($"<line class=\"grid\" x1=\"{Pixel(X(rate))}\" x2=\"{Pixel(X(rate))}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/>");
            svg.Append($"<text class=\"soft\" x=\"{Pixel(X(rate))}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{Number(rate, "0.#")}</text>");
        }

        svg.Append($"<text class=\"soft\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">texts per second</text>");
        svg.Append($"<text class=\"soft\" transform=\"translate(12 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">accuracy, %</text>");
        var dots = stages
            .OrderByDescending(stage => stage.Definition.SizeBytes)
            .Select(stage => (Stage: stage, X: X(stage.TextsPerSecond), Y: Y(stage.Report.Accuracy), Radius: 4 + (14 * Math.Sqrt((double)stage.Definition.SizeBytes / largest))))
            .ToArray();
        foreach (var (stage, x, y, radius) in dots)
        {
            string color = StageColor.Of(stage);
            svg.Append($"<circle cx=\"{Pixel(x)}\" cy=\"{Pixel(y)}\" r=\"{Pixel(radius)}\" fill=\"{color}\" fill-opacity=\"0.28\" stroke=\"{color}\" stroke-width=\"1.5\">");
            svg.Append($"<title>{Escape(stage.Definition.Stage)}: {Percent(stage.Report.Accuracy, 2)}, {Rate(stage.TextsPerSecond)} texts/s, {Bytes(stage.Definition.SizeBytes)}</title></circle>");
        }

        var labels = new LabelPlacement(Left, Width - 2, Top, Height - Bottom, [.. dots.Select(dot => (dot.X, dot.Y, dot.Radius))]);
        foreach (var (stage, x, y, radius) in dots)
        {
            (double start, double baseline, double width) = labels.Place(x, y, radius, stage.Definition.Stage);

            // A name that had to go further away gets a line to its dot.
            double nearest = Math.Clamp(x, start, start + width);
            double edge = baseline < y ? baseline + 3 : baseline - 10;
            if (double.Hypot(nearest - x, baseline - 4 - y) > radius + 16)
            {
                svg.Append($"<line x1=\"{Pixel(nearest)}\" y1=\"{Pixel(edge)}\" x2=\"{Pixel(x)}\" y2=\"{Pixel(y)}\" stroke=\"{StageColor.Of(stage)}\" stroke-opacity=\"0.6\"/>");
            }

            svg.Append($"<text x=\"{Pixel(start)}\" y=\"{Pixel(baseline)}\">{Escape(stage.Definition.Stage)}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>1, 2 and 5 times the powers of ten inside the range.</summary>
    private static IEnumerable<double> Decades(double low, double high)
    {
        double[] steps = high / low > 60 ? [1] : [1, 2, 5];
        for (double power = Math.Pow(10, Math.Floor(Math.Log10(low))); power <= high; power *= 10)
        {
            foreach (double step in steps)
            {
                if (power * step >= low && power * step <= high)
                {
                    yield return power * step;
                }
            }
        }
    }
}
