using System.Text;
using SlmEdge.Formats.Storage;
using SlmEdge.Tasks.Metrics;
using SlmEdge.Training.Evaluation;
using static SlmEdge.Training.Reports.HtmlText;

namespace SlmEdge.Training.Reports;

/// <summary>An evaluation of written answers as one self-contained HTML file, readable offline.</summary>
public static class WritingReport
{
    private const int Examples = 30;
    private const int MaxText = 600;

    /// <summary>Writes the report, atomically.</summary>
    /// <param name="outcome">What was found.</param>
    /// <param name="path">The file.</param>
    public static void Write(WritingOutcome outcome, string path) => AtomicFile.WriteText(path, Render(outcome));

    /// <summary>Renders the report.</summary>
    /// <param name="outcome">What was found.</param>
    public static string Render(WritingOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        WritingScores scores = outcome.Result.Scores;
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        html.Append($"<title>{Escape(outcome.ModelName)}: evaluation</title><style>{ReportStyle.Css}</style></head><body><main>");
        html.Append($"<h1>{Escape(outcome.ModelName)}</h1><p class=\"soft\">Task “{Escape(outcome.Task.Name)}”, {outcome.Task.Kind.ToString().ToLowerInvariant()}: greedy answers to {Number(outcome.Result.Rows, "N0")} rows of {Escape(Path.GetFileName(outcome.DataFile))}. Ranges are 95 % intervals by bootstrap over the rows.</p>");
        html.Append("<div class=\"facts\">");
        if (scores.Documents is { } documents)
        {
            Fact(html, Number(documents.FieldF1, "0.000"), $"field F1, {Range(documents.FieldF1Interval, v => Number(v, "0.000"))}");
            Fact(html, Percent(documents.ValidSchema), $"of answers satisfy the schema; {Percent(documents.ValidJson)} are JSON");
        }

        Fact(html, Percent(scores.ExactMatch), $"exact match, {Range(scores.ExactMatchInterval, v => Percent(v))}");
        Fact(html, Number(scores.RougeL, "0.000"), $"ROUGE-L, {Range(scores.RougeLInterval, v => Number(v, "0.000"))}");
        Fact(html, Number(scores.Perplexity, "0.00"), $"perplexity of the references, {Range(scores.PerplexityInterval, v => Number(v, "0.00"))}");
        Fact(html, Rate(outcome.Result.RowsPerSecond), "rows per second in the trainer");
        html.Append("</div>");
        if (scores.Unfinished > 0)
        {
            html.Append($"<p class=\"soft\">{Percent(scores.Unfinished)} of the answers did not end within the limit of tokens.</p>");
        }

        if (outcome.Result.Against is { } rival)
        {
            Card(html, "Beside another model, row by row", "Differences are this model's score minus the other's; p is the exact McNemar test on rows that only one of them matches.", Comparison(outcome.ModelName, scores, rival));
        }

        Card(html, "Answers furthest from the reference", null, Table(outcome, [.. outcome.Rows.Where(r => !r.Exact).OrderBy(r => r.RougeL).Take(Examples)]));
        Card(html, "The first rows", null, Table(outcome, [.. outcome.Rows.Take(Examples)]));
        if (outcome.Result.Forgetting is { } forgetting)
        {
            Card(html, "What it has forgotten", "General text, which has nothing to do with the task, before and after training.", EvaluationReport.Forgetting(forgetting));
        }

        return html.Append("</main></body></html>\n").ToString();
    }

    private static string Comparison(string name, WritingScores scores, WritingRival rival)
    {
        var html = new StringBuilder("<div class=\"scroll\"><table><thead><tr><th>score</th>");
        html.Append($"<th>{Escape(name)}</th><th>{Escape(rival.Name)}</th><th>difference, 95 % interval</th><th>p</th></tr></thead><tbody>");
        html.Append($"<tr><td>exact match</td><td>{Percent(scores.ExactMatch)}</td><td>{Percent(rival.Scores.ExactMatch)}</td><td>{Range(rival.ExactMatchDifference, v => Number(100 * v, "+0.0;−0.0;0.0"))} points</td><td>{Number(rival.ExactMatchPValue, "0.0000")}</td></tr>");
        html.Append($"<tr><td>ROUGE-L</td><td>{Number(scores.RougeL, "0.000")}</td><td>{Number(rival.Scores.RougeL, "0.000")}</td><td>{Range(rival.RougeLDifference, Signed)}</td><td></td></tr>");
        if (rival.FieldF1Difference is { } difference)
        {
            html.Append($"<tr><td>field F1</td><td>{Number(scores.Documents!.FieldF1, "0.000")}</td><td>{Number(rival.Scores.Documents!.FieldF1, "0.000")}</td><td>{Range(difference, Signed)}</td><td></td></tr>");
        }

        html.Append($"<tr><td>perplexity</td><td>{Number(scores.Perplexity, "0.00")}</td><td>{Number(rival.Scores.Perplexity, "0.00")}</td><td></td><td></td></tr>");
        return html.Append("</tbody></table></div>").ToString();
    }

    private static string Table(WritingOutcome outcome, IReadOnlyList<WrittenRow> rows)
    {
        if (rows.Count == 0)
        {
            return "<p>None.</p>";
        }

        var html = new StringBuilder("<div class=\"scroll\"><table class=\"prose\"><thead><tr><th>row</th><th class=\"text\">asked</th><th class=\"text\">wanted</th><th class=\"text\">answer</th>");
        html.Append(outcome.Result.Against is { } rival ? $"<th class=\"text\">{Escape(rival.Name)}</th>" : "").Append("<th>ROUGE-L</th></tr></thead><tbody>");
        foreach (WrittenRow row in rows)
        {
            html.Append($"<tr><td>{row.Row}</td>{Cell(row.Question)}{Cell(row.Reference)}{Cell(row.Answer)}{(row.AgainstAnswer is { } other ? Cell(other) : "")}<td>{(row.Exact ? "exact" : Number(row.RougeL, "0.00"))}</td></tr>");
        }

        return html.Append("</tbody></table></div>").ToString();
    }

    private static string Cell(string text) => $"<td class=\"text written\">{Escape(text.Length > MaxText ? text[..MaxText] + "…" : text)}</td>";

    private static string Signed(double value) => Number(value, "+0.000;−0.000;0.000");

    private static string Range(ConfidenceInterval interval, Func<double, string> format) => $"{format(interval.Low)} to {format(interval.High)}";

    private static void Fact(StringBuilder html, string value, string name) => html.Append($"<div class=\"fact\"><b>{value}</b><span>{Escape(name)}</span></div>");

    private static void Card(StringBuilder html, string title, string? lead, string content) =>
        html.Append($"<section class=\"card\"><h2>{Escape(title)}</h2>{(lead is null ? "" : $"<p class=\"soft\">{Escape(lead)}</p>")}{content}</section>");
}
