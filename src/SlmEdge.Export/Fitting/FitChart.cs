using System.Text;
using SlmEdge.Export.Proof.Html;
using static SlmEdge.Training.Reports.HtmlText;

namespace SlmEdge.Export.Fitting;

/// <summary>Time of one text alone (logarithmic) against accuracy; the area of a dot is the size on the disk.</summary>
internal static class FitChart
{
    private const int Width = 760;
    private const int Height = 420;
    private const int Left = 58;
    private const int Right = 22;
    private const int Top = 18;
    private const int Bottom = 48;

    public static string Render(FitOutcome outcome)
    {
        IReadOnlyList<FitScore> scores = outcome.Scores;
        if (scores.Count == 0)
        {
            return "";
        }

        (double fast, double slow) = (scores.Min(s => s.LatencyMs) / 1.4, scores.Max(s => s.LatencyMs) * 1.4);
        double best = Math.Max(outcome.ReferenceAccuracy, scores.Max(s => s.Accuracy));
        double worst = scores.Min(s => s.Accuracy);
        double margin = Math.Max(0.004, (best - worst) * 0.15);
        (double low, double high) = (worst - margin, best + margin);
        long largest = Math.Max(1, scores.Max(s => s.SizeBytes));
        double X(double ms) => Left + (Math.Log(ms / fast) / Math.Log(slow / fast) * (Width - Left - Right));
        double Y(double accuracy) => Height - Bottom - ((accuracy - low) / (high - low) * (Height - Top - Bottom));

        var svg = new StringBuilder();
        svg.Append($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Time, accuracy and size of the candidates\">");
        for (int i = 0; i <= 4; i++)
        {
            double accuracy = low + ((high - low) * i / 4);
            svg.Append($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Pixel(Y(accuracy))}\" y2=\"{Pixel(Y(accuracy))}\"/>");
            svg.Append($"<text class=\"soft\" x=\"{Left - 8}\" y=\"{Pixel(Y(accuracy) + 4)}\" text-anchor=\"end\">{Number(100 * accuracy, "0.0")}</text>");
            double ms = fast * Math.Pow(slow / fast, (i + 0.5) / 5);
            svg.Append($"<line class=\"grid\" x1=\"{Pixel(X(ms))}\" x2=\"{Pixel(X(ms))}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/>");
            svg.Append($"<text class=\"soft\" x=\"{Pixel(X(ms))}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{Number(ms, ms < 10 ? "0.00" : "0.0")}</text>");
        }

        svg.Append($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Pixel(Y(outcome.ReferenceAccuracy))}\" y2=\"{Pixel(Y(outcome.ReferenceAccuracy))}\" stroke=\"var(--torch)\" stroke-dasharray=\"5 4\"/>");
        svg.Append($"<text class=\"soft\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">milliseconds for one text alone</text>");
        svg.Append($"<text class=\"soft\" transform=\"translate(12 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">accuracy, %</text>");
        var dots = scores
            .OrderByDescending(score => score.SizeBytes)
            .Select(score => (Score: score, X: X(score.LatencyMs), Y: Y(score.Accuracy), Radius: 3 + (10 * Math.Sqrt((double)score.SizeBytes / largest))))
            .ToArray();
        foreach (var (score, x, y, radius) in dots)
        {
            bool front = outcome.Front.Any(score.IsOf);
            svg.Append($"<circle cx=\"{Pixel(x)}\" cy=\"{Pixel(y)}\" r=\"{Pixel(radius)}\" fill=\"{Color(score)}\" fill-opacity=\"{(front ? "0.45" : "0.12")}\" stroke=\"{Color(score)}\" stroke-width=\"{(outcome.Best is { } chosen && chosen.IsOf(score) ? "3" : "1")}\">");
            svg.Append($"<title>{Escape(score.Name)}: {Percent(score.Accuracy, 2)}, {Number(score.LatencyMs, "0.00")} ms, {Rate(score.TextsPerSecond)} texts/s, {Bytes(score.SizeBytes)}</title></circle>");
        }

        var labels = new LabelPlacement(Left, Width - 2, Top, Height - Bottom, [.. dots.Select(dot => (dot.X, dot.Y, dot.Radius))]);
        foreach (var (score, x, y, radius) in dots.Where(dot => outcome.Front.Any(dot.Score.IsOf)))
        {
            string name = $"{score.Layers}{(score.Trimmed ? "t" : "")}{(score.ShortPrompt ? "s" : "")} {score.Format}";
            (double start, double baseline, _) = labels.Place(x, y, radius, name);
            svg.Append($"<text x=\"{Pixel(start)}\" y=\"{Pixel(baseline)}\">{Escape(name)}</text>");
        }

        return svg.Append("</svg><p class=\"soft\">A name is the number of layers, “t” for the trimmed vocabulary, “s” for the prompt without the list of labels, and the form.</p>").ToString();
    }

    private static string Color(FitScore score) => score.Format == FitRequest.OnnxInt4 ? "var(--onnx)" : "var(--llama)";
}
