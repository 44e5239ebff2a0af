using System.Text;
using SlmEdge.Tasks.Metrics;
using static SlmEdge.Training.Reports.HtmlText;

namespace SlmEdge.Export.Proof.Html;

/// <summary>The proof table.</summary>
internal static class StageTable
{
    public static string Render(StageProof proof)
    {
        var html = new StringBuilder();
        bool several = proof.Reference.Report.MicroF1 is not null;
        html.Append($"<div class=\"scroll\"><table><thead><tr><th>stage</th><th class=\"text\">engine, precision</th><th>{(several ? "exactly right</th><th>micro-F1" : "accuracy")}</th><th>macro-F1</th><th>loss, pt</th><th>mean KL</th><th>changed</th><th>size</th><th>texts/s</th></tr></thead><tbody>");
        foreach (BaselineResult baseline in proof.Baselines)
        {
            html.Append($"<tr class=\"plain\"><td><span class=\"dot\" style=\"background:{StageColor.Baseline}\"></span>{Escape(baseline.Name)}</td><td class=\"text\">–</td>");
            html.Append($"<td>{Percent(baseline.Report.Accuracy, 2)}</td>{Micro(baseline.Report)}<td>{Number(baseline.Report.MacroF1, "0.000")}</td><td></td><td></td><td></td><td>{Bytes(baseline.SizeBytes)}</td><td>{Rate(baseline.TextsPerSecond)}</td></tr>");
        }

        foreach (StageResult stage in proof.Stages)
        {
            bool reference = ReferenceEquals(stage, proof.Reference);
            string row = reference ? " class=\"ref\"" : ReferenceEquals(stage, proof.Recommended) ? " class=\"pick\"" : "";
            double loss = 100 * (proof.Reference.Report.Accuracy - stage.Report.Accuracy);
            string shownLoss = reference ? "reference" : Number(loss, "0.00;−0.00;0.00");
            html.Append($"<tr{row}><td><span class=\"dot\" style=\"background:{StageColor.Of(stage)}\"></span>{Escape(stage.Definition.Stage)}</td>");
            html.Append($"<td class=\"text\">{Escape(stage.Definition.Engine)}, {Escape(stage.Definition.Precision)}</td>");
            html.Append($"<td>{Percent(stage.Report.Accuracy, 2)}</td>{Micro(stage.Report)}<td>{Number(stage.Report.MacroF1, "0.000")}</td>");
            html.Append($"<td{(loss > 1.5 ? " class=\"loss\"" : "")}>{shownLoss}</td><td>{Kl(stage.MeanKl)}</td>");
            html.Append($"<td>{(stage.ChangedDecisions is int changed ? changed.ToString(System.Globalization.CultureInfo.InvariantCulture) : "–")}</td>");
            html.Append($"<td>{Bytes(stage.Definition.SizeBytes)}</td><td>{Rate(stage.TextsPerSecond)}</td></tr>");
        }

        return html.Append("</tbody></table></div>").ToString();
    }

    private static string Micro(ClassificationReport report) => report.MicroF1 is { } micro ? $"<td>{Number(micro, "0.000")}</td>" : "";
}
