using System.Text;
using SlmEdge.Export.Proof;
using SlmEdge.Export.Proof.Html;
using SlmEdge.Formats.Storage;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Metrics;
using SlmEdge.Training.Reports;
using static SlmEdge.Training.Reports.HtmlText;

namespace SlmEdge.Export.Writing;

/// <summary>The proof of a bundle that writes text as one self-contained HTML file: no script, no outside resource, readable offline, in light and dark, and in print.</summary>
public static class WritingProofReport
{
    private const int Shown = 20;
    private const int MaxText = 400;

    /// <summary>Writes the report, atomically.</summary>
    /// <param name="proof">What was measured.</param>
    /// <param name="path">The file.</param>
    public static void Write(WritingProof proof, string path) => AtomicFile.WriteText(path, Render(proof));

    /// <summary>Renders the report.</summary>
    /// <param name="proof">What was measured.</param>
    public static string Render(WritingProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        WritingStageResult shown = proof.Recommended;
        string measure = proof.Task.Kind == TaskKind.Extract ? "field F1" : "ROUGE-L";
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        html.Append($"<title>{Escape(proof.Title)}: stage proof</title><style>{ReportStyle.Css}</style></head><body><main>");
        html.Append($"<h1>{Escape(proof.Title)}</h1><p class=\"soft\">Task “{Escape(proof.Task.Name)}”, {proof.Task.Kind.ToString().ToLowerInvariant()}. Every stage answered the same {Number(proof.References.Count, "N0")} held-out rows ({Escape(Path.GetFileName(proof.DataFile))}), {proof.CreatedUtc:yyyy-MM-dd HH:mm} UTC.</p>");
        html.Append("<div class=\"facts\">");
        Fact(html, Number(shown.Score, "0.000"), $"{measure}, {shown.Definition.Stage}");
        Fact(html, Percent(shown.ExactMatch), proof.Task.Kind == TaskKind.Extract ? "documents with the same fields" : "answers that are the reference");
        Fact(html, Bytes(shown.Definition.SizeBytes), "on the disk");
        Fact(html, Rate(shown.TextsPerSecond), "texts per second on this machine");
        html.Append("</div>");
        Card(html, "Stages", "What was trained comes first; each later stage shows what merging, converting and quantising cost. Changed answers are compared with the reference stage.", Table(proof, measure));
        Card(html, "Exact answers by stage", $"Bars are 95 % intervals for {proof.References.Count} rows; the dashed line is the reference, an arrow means: further left.", AccuracyChart.Render(
            [.. proof.Stages.Select(stage => new AccuracyChartRow(stage.Definition.Stage, (int)Math.Round(stage.ExactMatch * proof.References.Count), proof.References.Count, StageColor.Of(stage.Definition)))],
            proof.Reference.ExactMatch));
        Card(html, "What the shipped file writes otherwise than the trained model", $"Stage “{shown.Definition.Stage}” beside “{proof.Reference.Definition.Stage}”.", Changed(proof));
        Card(html, "Answers furthest from what was wanted", $"Stage “{shown.Definition.Stage}”.", Worst(proof));
        Card(html, "How it was measured", null, Method(proof));
        return html.Append("</main></body></html>\n").ToString();
    }

    private static string Table(WritingProof proof, string measure)
    {
        var html = new StringBuilder("<div class=\"scroll\"><table><thead><tr><th>stage</th><th class=\"text\">engine, precision</th><th>exact</th>");
        html.Append($"<th>{measure}</th><th>loss, pt</th><th>changed</th><th>unfinished</th><th>size</th><th>texts/s</th></tr></thead><tbody>");
        foreach (WritingStageResult stage in proof.Stages)
        {
            bool reference = ReferenceEquals(stage, proof.Reference);
            string row = reference ? " class=\"ref\"" : ReferenceEquals(stage, proof.Recommended) ? " class=\"pick\"" : "";
            double loss = 100 * (proof.Reference.Score - stage.Score);
            html.Append($"<tr{row}><td><span class=\"dot\" style=\"background:{StageColor.Of(stage.Definition)}\"></span>{Escape(stage.Definition.Stage)}</td>");
            html.Append($"<td class=\"text\">{Escape(stage.Definition.Engine)}, {Escape(stage.Definition.Precision)}</td>");
            html.Append($"<td>{Percent(stage.ExactMatch, 2)}</td><td>{Number(stage.Score, "0.000")}</td>");
            html.Append($"<td{(loss > 1.5 ? " class=\"loss\"" : "")}>{(reference ? "reference" : Number(loss, "0.00;−0.00;0.00"))}</td>");
            html.Append($"<td>{(stage.Changed is int changed ? Number(changed, "N0") : "–")}</td><td>{Number(stage.Ended.Count(ended => !ended), "N0")}</td>");
            html.Append($"<td>{Bytes(stage.Definition.SizeBytes)}</td><td>{Rate(stage.TextsPerSecond)}</td></tr>");
        }

        return html.Append("</tbody></table></div>").ToString();
    }

    private static string Changed(WritingProof proof)
    {
        int[] rows = [.. Enumerable.Range(0, proof.References.Count).Where(row => proof.Recommended.Answers[row] != proof.Reference.Answers[row])];
        return rows.Length == 0 ? "<p>Nothing.</p>" : Counted(rows.Length, proof) + Answers(proof, rows, proof.Reference.Definition.Stage, row => proof.Reference.Answers[row]);
    }

    private static string Worst(WritingProof proof)
    {
        int[] rows = [.. Enumerable.Range(0, proof.References.Count)
            .Where(row => proof.Recommended.Answers[row] != proof.References[row])
            .OrderBy(row => RougeL.Score(proof.References[row], proof.Recommended.Answers[row]))];
        return rows.Length == 0 ? "<p>None.</p>" : Counted(rows.Length, proof) + Answers(proof, rows, null, null);
    }

    private static string Counted(int count, WritingProof proof) =>
        $"<p class=\"soft\">{Number(count, "N0")} of {Number(proof.References.Count, "N0")} rows{(count > Shown ? $"; the first {Shown}" : "")}:</p>";

    private static string Answers(WritingProof proof, IEnumerable<int> rows, string? other, Func<int, string>? otherAnswer)
    {
        var html = new StringBuilder("<div class=\"scroll\"><table class=\"prose\"><thead><tr><th>row</th><th class=\"text\">asked</th><th class=\"text\">wanted</th>");
        html.Append(other is null ? "" : $"<th class=\"text\">{Escape(other)}</th>").Append($"<th class=\"text\">{Escape(proof.Recommended.Definition.Stage)}</th></tr></thead><tbody>");
        foreach (int row in rows.Take(Shown))
        {
            html.Append($"<tr><td>{row + 1}</td>{Cell(proof.Texts[row] ?? "(a dialogue)")}{Cell(proof.References[row])}{(otherAnswer is null ? "" : Cell(otherAnswer(row)))}{Cell(proof.Recommended.Answers[row])}</tr>");
        }

        return html.Append("</tbody></table></div>").ToString();
    }

    private static string Cell(string text) => $"<td class=\"text written\">{Escape(text.Length > MaxText ? text[..MaxText] + "…" : text)}</td>";

    private static string Method(WritingProof proof)
    {
        var html = new StringBuilder("<p>Every stage answers greedily, with the prompts of the training and the tokenizer of its own files, and without a schema's constraint. ");
        html.Append(proof.Task.Kind == TaskKind.Extract
            ? "Field F1 is micro-averaged over the values of all documents; an exact answer is a document with the same fields."
            : "ROUGE-L is the F1 of the longest common subsequence of words with the wanted answer, averaged over the rows.");
        html.Append(" Speed is wall time, one text after the other, on a machine that may have had other work.</p>");
        html.Append($"<p class=\"soft\">{Escape(proof.Machine)}");
        foreach (string engine in proof.Stages.Select(stage => stage.EngineDescription).Where(engine => engine.Length > 0).Distinct())
        {
            html.Append($"<br>{Escape(engine)}");
        }

        return html.Append("</p>").ToString();
    }

    private static void Fact(StringBuilder html, string value, string name) => html.Append($"<div class=\"fact\"><b>{value}</b><span>{Escape(name)}</span></div>");

    private static void Card(StringBuilder html, string title, string? lead, string content) =>
        html.Append($"<section class=\"card\"><h2>{Escape(title)}</h2>{(lead is null ? "" : $"<p class=\"soft\">{Escape(lead)}</p>")}{content}</section>");
}
