using System.Text;
using SlmEdge.Formats.Storage;
using SlmEdge.Training.Reports;
using static SlmEdge.Training.Reports.HtmlText;

namespace SlmEdge.Export.Fitting;

/// <summary>The search as one self-contained HTML file: no script, no outside resource.</summary>
public static class FitReport
{
    /// <summary>Writes the report, atomically.</summary>
    /// <param name="outcome">What was measured.</param>
    /// <param name="limits">What was asked for.</param>
    /// <param name="title">The task's name.</param>
    /// <param name="path">The file.</param>
    public static void Write(FitOutcome outcome, FitLimits limits, string title, string path) => AtomicFile.WriteText(path, Render(outcome, limits, title));

    /// <summary>Renders the report.</summary>
    /// <param name="outcome">What was measured.</param>
    /// <param name="limits">What was asked for.</param>
    /// <param name="title">The task's name.</param>
    public static string Render(FitOutcome outcome, FitLimits limits, string title)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentNullException.ThrowIfNull(limits);
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        html.Append($"<title>{Escape(title)}: fit</title><style>{ReportStyle.Css}</style></head><body><main>");
        html.Append($"<h1>{Escape(title)}: smaller and faster</h1><p class=\"soft\">{outcome.Scores.Count} candidates on {Number(outcome.ValidationRows, "N0")} validation rows; times are of the machine that searched, the best of several rounds.</p>");
        html.Append(outcome.Best is { } best
            ? $"<div class=\"card verdict\"><b>{Escape(best.Name)}</b> is the fastest that keeps to the limits ({Escape(Describe(limits))}): {Percent(best.Accuracy, 2)} right, {Number(best.LatencyMs, "0.00")} ms alone, {Rate(best.TextsPerSecond)} texts/s, {Bytes(best.SizeBytes)}. The trained model has {Percent(outcome.ReferenceAccuracy, 2)}.</div>"
            : $"<div class=\"card verdict no\"><b>No candidate keeps to the limits</b> ({Escape(Describe(limits))}). The trained model has {Percent(outcome.ReferenceAccuracy, 2)}.</div>");
        html.Append("<section class=\"card\"><h2>Time and accuracy</h2><p class=\"soft\">Named dots are those that no other beats in accuracy, time alone, texts per second and size at once. The area of a dot is the size; the dashed line is the trained model.</p>");
        html.Append(FitChart.Render(outcome)).Append("</section>");
        html.Append("<section class=\"card\"><h2>Candidates</h2><div class=\"scroll\"><table><tr><th>layers</th><th>vocabulary</th><th>prompt</th><th>form</th><th>accuracy</th><th>alone, ms</th><th>texts/s</th><th>size</th><th></th></tr>");
        foreach (FitScore score in outcome.Scores.OrderByDescending(score => score.Accuracy).ThenBy(score => score.LatencyMs))
        {
            string remark = outcome.Best is { } chosen && chosen.IsOf(score) ? "chosen" : outcome.Front.Any(score.IsOf) ? "front" : "";
            html.Append($"<tr><td>{score.Layers}</td><td>{(score.Trimmed ? "trimmed" : "whole")}</td><td>{(score.ShortPrompt ? "short" : "as trained")}</td><td>{Escape(score.Format)}</td><td>{Percent(score.Accuracy, 2)}</td><td>{Number(score.LatencyMs, "0.00")}</td><td>{Rate(score.TextsPerSecond)}</td><td>{Bytes(score.SizeBytes)}</td><td>{remark}</td></tr>");
        }

        html.Append("</table></div>");
        if (outcome.GivenUp.Count > 0)
        {
            html.Append("<h2>Given up</h2><p class=\"soft\">Their accuracy on the first rows was so low that they could not have kept to the limits on all of them; they were not timed.</p>");
            html.Append("<div class=\"scroll\"><table><tr><th>candidate</th><th>rows</th><th>accuracy on these</th></tr>");
            foreach (FitScore score in outcome.GivenUp)
            {
                html.Append($"<tr><td>{Escape(score.Name)}</td><td>{score.GivenUpAfter}</td><td>{Percent(score.Accuracy, 1)}</td></tr>");
            }

            html.Append("</table></div>");
        }

        return html.Append("</section></main></body></html>\n").ToString();
    }

    /// <summary>The limits for people.</summary>
    internal static string Describe(FitLimits limits)
    {
        string[] all =
        [
            .. limits.MaxLatencyMs is { } latency ? [$"at most {Number(latency, "0.##")} ms alone"] : Array.Empty<string>(),
            .. limits.MaxSizeBytes is { } size ? [$"at most {Bytes(size)}"] : Array.Empty<string>(),
            .. limits.MinAccuracy is { } accuracy ? [$"at least {Percent(accuracy, 2)} right"] : Array.Empty<string>(),
            .. limits.MaxLossPoints is { } points ? [$"at most {Number(points, "0.##")} point{(points == 1 ? "" : "s")} lost"] : Array.Empty<string>(),
        ];
        return all.Length == 0 ? "none" : string.Join(", ", all);
    }
}
