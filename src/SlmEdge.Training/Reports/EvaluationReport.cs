using System.Text;
using SlmEdge.Formats.Storage;
using SlmEdge.Tasks.Metrics;
using SlmEdge.Training.Evaluation;
using static SlmEdge.Training.Reports.HtmlText;

namespace SlmEdge.Training.Reports;

/// <summary>An evaluation as one self-contained HTML file, readable offline.</summary>
public static class EvaluationReport
{
    private const int Mistakes = 20;
    private const int MaxText = 240;
    private const double Smallest = 0.0001;

    /// <summary>Writes the report, atomically.</summary>
    /// <param name="outcome">What was found.</param>
    /// <param name="path">The file.</param>
    public static void Write(EvaluationOutcome outcome, string path) => AtomicFile.WriteText(path, Render(outcome));

    /// <summary>Renders the report.</summary>
    /// <param name="outcome">What was found.</param>
    public static string Render(EvaluationOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        EvaluationResult result = outcome.Result;
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        html.Append($"<title>{Escape(outcome.ModelName)}: evaluation</title><style>{ReportStyle.Css}</style></head><body><main>");
        html.Append($"<h1>{Escape(outcome.ModelName)}</h1><p class=\"soft\">Task “{Escape(outcome.Task.Name)}”, {outcome.Task.Labels.Count} labels, scored on {Number(result.Rows, "N0")} rows of {Escape(Path.GetFileName(outcome.DataFile))}. Ranges are 95 % intervals by bootstrap over the rows.</p>");
        AppendFacts(html, result);
        if (result.Rivals.Count > 0)
        {
            AppendVerdict(html, outcome.ModelName, result.Rivals.MaxBy(rival => rival.Accuracy)!);
            Card(html, "Beside others, row by row", "“Only it” counts the rows that one gets right and the other wrong; p is the exact McNemar test on them.", Rivals(outcome.ModelName, result));
        }

        Card(html, "Labels", null, Labels(result));
        Card(html, "Can its confidence be trusted?", "On the diagonal, of the answers given with 80 % confidence 80 % are right.", $"<div class=\"plot\">{ReliabilityChart.Render(("as scored", "var(--accent)", result.Reliability))}</div>");
        Card(html, "Which labels are confused", "Rows are the true labels, columns the answers.", ConfusionTable.Render(outcome.Report, [.. outcome.Task.Labels.Select(l => l.Name)]));
        Card(html, "Most confident mistakes", null, MistakeTable(outcome));
        if (result.Forgetting is { } forgetting)
        {
            Card(html, "What it has forgotten", "General text, which has nothing to do with the task, before and after training.", Forgetting(forgetting));
        }

        return html.Append("</main></body></html>\n").ToString();
    }

    private static void AppendFacts(StringBuilder html, EvaluationResult result)
    {
        html.Append("<div class=\"facts\">");
        Fact(Percent(result.Accuracy), $"accuracy, {Range(result.AccuracyInterval, v => Percent(v))}");
        Fact(Number(result.MacroF1, "0.000"), $"macro-F1, {Range(result.MacroF1Interval, v => Number(v, "0.000"))}");
        Fact(Number(result.CalibrationError, "0.000"), "expected calibration error");
        Fact(Rate(result.TextsPerSecond), "texts per second in the trainer");
        html.Append("</div>");

        void Fact(string value, string name) => html.Append($"<div class=\"fact\"><b>{value}</b><span>{Escape(name)}</span></div>");
    }

    private static void AppendVerdict(StringBuilder html, string name, RivalResult rival)
    {
        PairedComparison comparison = rival.Comparison;
        (string css, string text) = comparison.PValue >= 0.05 ? ("", "No difference beyond chance")
            : comparison.AccuracyDifference > 0 ? ("", $"{Escape(name)} is better") : (" no", $"{Escape(rival.Name)} is better");
        html.Append($"<div class=\"card verdict{css}\"><b>{text}.</b> {Points(comparison.AccuracyDifference)} points of accuracy against {Escape(rival.Name)}, p {(comparison.PValue < Smallest ? "" : "= ")}{Probability(comparison.PValue)}.</div>");
    }

    private static string Rivals(string name, EvaluationResult result)
    {
        var html = new StringBuilder("<div class=\"scroll\"><table><thead><tr><th>against</th><th>accuracy</th><th>macro-F1</th><th>difference, points</th><th>95 % interval</th><th>only it</th><th>only the other</th><th>p</th></tr></thead><tbody>");
        html.Append($"<tr class=\"ref\"><td>{Escape(name)}</td><td>{Percent(result.Accuracy, 2)}</td><td>{Number(result.MacroF1, "0.000")}</td><td></td><td></td><td></td><td></td><td></td></tr>");
        foreach (RivalResult rival in result.Rivals)
        {
            PairedComparison c = rival.Comparison;
            html.Append($"<tr><td>{Escape(rival.Name)}</td><td>{Percent(rival.Accuracy, 2)}</td><td>{Number(rival.MacroF1, "0.000")}</td><td>{Points(c.AccuracyDifference)}</td><td>{Range(c.AccuracyInterval, Points)}</td><td>{c.OnlyFirst}</td><td>{c.OnlySecond}</td><td>{Probability(c.PValue)}</td></tr>");
        }

        return html.Append("</tbody></table></div>").ToString();
    }

    private static string Labels(EvaluationResult result)
    {
        var html = new StringBuilder("<div class=\"scroll\"><table><thead><tr><th>label</th><th>precision</th><th>recall</th><th>F1</th><th>rows</th></tr></thead><tbody>");
        foreach (LabelResult label in result.Labels)
        {
            html.Append($"<tr><td>{Escape(label.Label)}</td><td>{Number(label.Precision, "0.000")}</td><td>{Number(label.Recall, "0.000")}</td><td>{Number(label.F1, "0.000")}</td><td>{Number(label.Rows, "N0")}</td></tr>");
        }

        return html.Append("</tbody></table></div>").ToString();
    }

    private static string MistakeTable(EvaluationOutcome outcome)
    {
        int labels = outcome.Task.Labels.Count;
        double Confidence(int row) => Math.Exp(outcome.LogProbs[(row * labels) + outcome.Decided[row]]);
        int[] wrong = [.. Enumerable.Range(0, outcome.Rows.Count).Where(row => outcome.Decided[row] != outcome.Truth[row]).OrderByDescending(Confidence)];
        if (wrong.Length == 0)
        {
            return "<p>None.</p>";
        }

        var html = new StringBuilder($"<p class=\"soft\">{wrong.Length} of {outcome.Rows.Count} rows are wrong; the {Math.Min(Mistakes, wrong.Length)} most confident ones:</p>");
        html.Append("<div class=\"scroll\"><table class=\"prose\"><thead><tr><th>row</th><th class=\"text\">text</th><th class=\"text\">label</th><th class=\"text\">answer</th><th>confidence</th></tr></thead><tbody>");
        foreach (int row in wrong.Take(Mistakes))
        {
            string text = outcome.Rows[row].Text;
            html.Append($"<tr><td>{outcome.Rows[row].Row}</td><td class=\"text\">{Escape(text.Length > MaxText ? text[..MaxText] + "…" : text)}</td><td class=\"text\">{Escape(outcome.Task.Labels[outcome.Truth[row]].Name)}</td><td class=\"text\">{Escape(outcome.Task.Labels[outcome.Decided[row]].Name)}</td><td>{Percent(Confidence(row), 0)}</td></tr>");
        }

        return html.Append("</tbody></table></div>").ToString();
    }

    internal static string Forgetting(ForgettingResult forgetting)
    {
        var html = new StringBuilder($"<p>Perplexity {Number(forgetting.PerplexityBefore, "0.00")} before, <b>{Number(forgetting.PerplexityAfter, "0.00")}</b> after, over {Number(forgetting.Tokens, "N0")} tokens. At {Percent(forgetting.AgreeingTokens)} of the places both think the same token most likely.</p>");
        html.Append("<div class=\"scroll\"><table class=\"prose\"><thead><tr><th class=\"text\">text</th><th class=\"text\">continued before</th><th class=\"text\">continued after</th></tr></thead><tbody>");
        foreach (ForgettingSample sample in forgetting.Samples)
        {
            html.Append($"<tr><td class=\"text\">{Escape(sample.Prompt)}</td><td class=\"text\">{Escape(sample.Before)}</td><td class=\"text\">{Escape(sample.After)}</td></tr>");
        }

        return html.Append("</tbody></table></div>").ToString();
    }

    private static string Range(ConfidenceInterval interval, Func<double, string> format) => $"{format(interval.Low)} to {format(interval.High)}";

    private static string Points(double share) => Number(100 * share, "+0.00;−0.00;0.00");

    private static string Probability(double p) => p < Smallest ? "&lt; 0.0001" : Number(p, "0.0000");

    private static void Card(StringBuilder html, string title, string? lead, string content)
    {
        html.Append($"<section class=\"card\"><h2>{Escape(title)}</h2>");
        if (lead is not null)
        {
            html.Append($"<p class=\"soft\">{Escape(lead)}</p>");
        }

        html.Append(content).Append("</section>");
    }
}
