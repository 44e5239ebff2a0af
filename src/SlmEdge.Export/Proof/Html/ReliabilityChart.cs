using System.Text;
using SlmEdge.Tasks.Labels;
using static SlmEdge.Export.Proof.Html.HtmlText;

namespace SlmEdge.Export.Proof.Html;

/// <summary>
/// Confidence against the share that is right, ten bins (Guo et al. 2017, arXiv 1706.04599): before and after the temperature.
/// The area of a dot is the share of texts in its bin.
/// </summary>
internal static class ReliabilityChart
{
    private const int Size = 380;
    private const int Left = 48;
    private const int Bottom = 44;
    private const int Bins = 10;

    public static string Render(StageProof proof, StageResult stage)
    {
        double Side() => Size - Left - 12;
        double X(double share) => Left + (share * Side());
        double Y(double share) => Size - Bottom - (share * (Size - Bottom - 14));

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
        Series(svg, proof, stage, 1, "var(--base)", X, Y);
        if (proof.Temperature != 1)
        {
            Series(svg, proof, stage, proof.Temperature, StageColor.Of(stage), X, Y);
        }

        double y = 40;
        foreach (var (name, color, shown) in new[]
        {
            ("as scored", "var(--base)", true),
            ($"T = {Number(proof.Temperature, "0.00")}", StageColor.Of(stage), proof.Temperature != 1),
        })
        {
            if (shown)
            {
                svg.Append($"<circle cx=\"398\" cy=\"{Pixel(y - 4)}\" r=\"5\" fill=\"{color}\"/><text x=\"410\" y=\"{Pixel(y)}\">{Escape(name)}</text>");
                y += 20;
            }
        }

        return svg.Append("</svg>").ToString();
    }

    private static void Series(
        StringBuilder svg, StageProof proof, StageResult stage, double temperature, string color, Func<double, double> x, Func<double, double> y)
    {
        int labels = proof.Task.Labels.Count;
        int rows = stage.Predicted.Length;
        var count = new int[Bins];
        var right = new int[Bins];
        var confidence = new double[Bins];
        float[] scores = new float[labels];
        for (int row = 0; row < rows; row++)
        {
            stage.LogProbs.AsSpan(row * labels, labels).CopyTo(scores);
            LabelScores.ApplyTemperature(scores, temperature);
            double certain = Math.Exp(scores[stage.Predicted[row]]);
            int bin = Math.Clamp((int)(certain * Bins), 0, Bins - 1);
            count[bin]++;
            confidence[bin] += certain;
            right[bin] += stage.Predicted[row] == proof.Data.Labels[row] ? 1 : 0;
        }

        var points = new StringBuilder();
        for (int bin = 0; bin < Bins; bin++)
        {
            if (count[bin] > 0)
            {
                points.Append($"{Pixel(x(confidence[bin] / count[bin]))},{Pixel(y((double)right[bin] / count[bin]))} ");
            }
        }

        svg.Append($"<polyline points=\"{points}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\"/>");
        for (int bin = 0; bin < Bins; bin++)
        {
            if (count[bin] > 0)
            {
                double radius = 3 + (11 * Math.Sqrt((double)count[bin] / rows));
                svg.Append($"<circle cx=\"{Pixel(x(confidence[bin] / count[bin]))}\" cy=\"{Pixel(y((double)right[bin] / count[bin]))}\" r=\"{Pixel(radius)}\" fill=\"{color}\" fill-opacity=\"0.45\" stroke=\"{color}\"><title>{count[bin]} texts, {right[bin]} right</title></circle>");
            }
        }
    }
}
