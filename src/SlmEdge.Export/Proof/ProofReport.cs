using System.Text;
using SlmEdge.Export.Proof.Html;
using SlmEdge.Formats.Storage;
using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Metrics;
using SlmEdge.Training.Reports;
using static SlmEdge.Training.Reports.HtmlText;

namespace SlmEdge.Export.Proof;

/// <summary>The proof as one self-contained HTML file: no script, no outside resource, readable offline, in light and dark, and in print.</summary>
public static class ProofReport
{
    /// <summary>Writes the report, atomically.</summary>
    /// <param name="proof">What was measured.</param>
    /// <param name="path">The file.</param>
    public static void Write(StageProof proof, string path) => AtomicFile.WriteText(path, Render(proof));

    /// <summary>Renders the report.</summary>
    /// <param name="proof">What was measured.</param>
    public static string Render(StageProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        StageResult shown = proof.Recommended ?? proof.Reference;
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        html.Append($"<title>{Escape(proof.Title)}: stage proof</title><style>{ReportStyle.Css}</style></head><body><main>");
        html.Append($"<h1>{Escape(proof.Title)}</h1><p class=\"soft\">Task “{Escape(proof.Task.Name)}”, {proof.Task.Labels.Count} labels. Every stage was scored on the same {Number(proof.Data.Texts.Count, "N0")} held-out texts ({Escape(Path.GetFileName(proof.Data.Name))}), {proof.CreatedUtc:yyyy-MM-dd HH:mm} UTC.</p>");
        Facts(html, proof);
        Verdict(html, proof);
        Card(html, "Stages", "What was trained comes first; each later stage shows what merging, converting and quantising cost. Mean KL (nats) and changed decisions compare the label distribution with the reference stage.", StageTable.Render(proof));
        Card(html, "Accuracy by stage", $"Bars are 95 % intervals for {proof.Data.Texts.Count} texts; the dashed line is the reference, an arrow means: further left.", AccuracyChart.Render(proof));
        html.Append("<div class=\"pair\">");
        Card(html, "Speed, accuracy and size", "The area of a dot is the size on the disk.", CostChart.Render(proof));
        Card(html, "Can its confidence be trusted?", $"Stage “{Escape(shown.Definition.Stage)}”: on the diagonal, of the answers given with 80 % confidence 80 % are right.", Reliability(proof, shown));
        html.Append("</div>");
        if (proof.Calibration.Conformal.Count > 0)
        {
            Card(html, "How many labels a sure answer needs", $"Stage “{Escape(shown.Definition.Stage)}”: sets of labels that are made to hold the true one for the stated share of texts, found on validation rows and counted here on the held-out texts.", LabelSetTable.Render(proof, shown));
        }

        Card(html, "Which labels are confused", $"Stage “{Escape(shown.Definition.Stage)}”: rows are the true labels, columns the answers.", ConfusionTable.Render(shown.Report, [.. proof.Task.Labels.Select(l => l.Name)]));
        Card(html, "Most confident mistakes", $"Stage “{Escape(shown.Definition.Stage)}”.", MistakeTable.Render(proof, shown));
        Card(html, "How it was measured", null, Method(proof));
        return html.Append("</main></body></html>\n").ToString();
    }

    private static void Facts(StringBuilder html, StageProof proof)
    {
        StageResult shown = proof.Recommended ?? proof.Reference;
        html.Append("<div class=\"facts\">");
        Fact(Percent(shown.Report.Accuracy), $"{(shown.Report.MicroF1 is null ? "accuracy" : "of texts with exactly their labels")}, {shown.Definition.Stage}");
        if (shown.Report.MicroF1 is { } micro)
        {
            Fact(Number(micro, "0.000"), "micro-F1");
        }

        Fact(Number(shown.Report.MacroF1, "0.000"), "macro-F1");
        Fact(Bytes(shown.Definition.SizeBytes), "on the disk");
        Fact(Rate(shown.TextsPerSecond), "texts per second on this machine");
        html.Append("</div>");

        void Fact(string value, string name) => html.Append($"<div class=\"fact\"><b>{value}</b><span>{Escape(name)}</span></div>");
    }

    private static void Verdict(StringBuilder html, StageProof proof)
    {
        if (proof.Baselines.Count == 0)
        {
            return;
        }

        StageResult shown = proof.Recommended ?? proof.Reference;
        BaselineResult best = proof.Baselines.MaxBy(b => b.Report.Accuracy)!;
        double points = 100 * (shown.Report.Accuracy - best.Report.Accuracy);
        double chance = BinomialSpread(shown.Report.Accuracy, proof.Data.Texts.Count);
        (string css, string text) = points > chance ? ("", "The model has earned its cost")
            : points >= -chance ? ("", "The model and the best baseline are level within chance")
            : (" no", "The baseline is better: this model has not earned its cost yet");
        html.Append($"<div class=\"card verdict{css}\"><b>{text}.</b> {Escape(shown.Definition.Stage)} is right on {Percent(shown.Report.Accuracy, 2)} of the texts, {Escape(best.Name)} on {Percent(best.Report.Accuracy, 2)} ({Number(points, "+0.00;−0.00;0.00")} points; differences below about {Number(chance, "0.0")} points are chance).</div>");
    }

    /// <summary>Two standard errors of a difference of two shares near <paramref name="share"/>, in points.</summary>
    private static double BinomialSpread(double share, int texts) => 100 * 2 * Math.Sqrt(2 * Math.Max(share * (1 - share), 1.0 / texts) / texts);

    /// <summary>The stage's confidences as they were scored and, where it changes them, after the bundle's temperature.</summary>
    private static string Reliability(StageProof proof, StageResult stage)
    {
        var asScored = ("as scored", "var(--base)", Bins(1));
        return proof.Calibration.Temperature == 1
            ? ReliabilityChart.Render(asScored)
            : ReliabilityChart.Render(asScored, ($"T = {Number(proof.Calibration.Temperature, "0.00")}", StageColor.Of(stage), Bins(proof.Calibration.Temperature)));

        IReadOnlyList<ReliabilityBin> Bins(double temperature)
        {
            int labels = proof.Task.Labels.Count;
            float[] scores = [.. stage.LogProbs];
            for (int row = 0; row < scores.Length; row += labels)
            {
                LabelScores.ApplyTemperature(scores.AsSpan(row, labels), temperature);
            }

            return Calibration.Reliability(scores, proof.Data.TruthOf(stage.Predicted), labels, ReliabilityChart.Bins);
        }
    }

    private static string Method(StageProof proof)
    {
        var html = new StringBuilder();
        html.Append("<p>Every stage renders the same task into tokens with the tokenizer of its own files, and the labels' log-probabilities are normalised over the labels. Nothing is sampled. Speed is wall time over all texts in batches after a warm-up, on a machine that may have had other work.</p>");
        html.Append($"<p class=\"soft\">{Escape(proof.Machine)}");
        foreach (string engine in proof.Stages.Select(s => s.EngineDescription).Distinct())
        {
            html.Append($"<br>{Escape(engine)}");
        }

        return html.Append("</p>").ToString();
    }

    private static void Card(StringBuilder html, string title, string? lead, string content)
    {
        html.Append($"<section class=\"card\"><h2>{Escape(title)}</h2>");
        if (lead is not null)
        {
            html.Append($"<p class=\"soft\">{lead}</p>");
        }

        html.Append(content).Append("</section>");
    }
}
