using System.Text;
using static SlmEdge.Training.Reports.HtmlText;

namespace SlmEdge.Export.Proof.Html;

/// <summary>The texts that the stage got wrong with the most confidence: where labels are doubtful or the model must learn.</summary>
internal static class MistakeTable
{
    private const int Shown = 20;
    private const int MaxText = 240;

    public static string Render(StageProof proof, StageResult stage)
    {
        int labels = proof.Task.Labels.Count;
        double Confidence(int row) => Math.Exp(stage.LogProbs[(row * labels) + stage.Predicted[row]]);
        int[] wrong = [.. Enumerable.Range(0, stage.Predicted.Length)
            .Where(row => !proof.Data.Has(row, stage.Predicted[row]))
            .OrderByDescending(Confidence)];
        if (wrong.Length == 0)
        {
            return "<p>None.</p>";
        }

        var html = new StringBuilder();
        html.Append($"<p class=\"soft\">{wrong.Length} of {stage.Predicted.Length} texts are wrong; the {Math.Min(Shown, wrong.Length)} most confident ones:</p>");
        html.Append("<div class=\"scroll\"><table class=\"prose\"><thead><tr><th class=\"text\">text</th><th class=\"text\">label</th><th class=\"text\">answer</th><th>confidence</th></tr></thead><tbody>");
        foreach (int row in wrong.Take(Shown))
        {
            string text = proof.Data.Texts[row];
            html.Append($"<tr><td class=\"text\">{Escape(text.Length > MaxText ? text[..MaxText] + "…" : text)}</td>");
            html.Append($"<td class=\"text\">{Escape(string.Join(", ", proof.Data.LabelSets[row].Select(label => proof.Task.Labels[label].Name)))}</td><td class=\"text\">{Escape(proof.Task.Labels[stage.Predicted[row]].Name)}</td>");
            html.Append($"<td>{Percent(Confidence(row), 0)}</td></tr>");
        }

        return html.Append("</tbody></table></div>").ToString();
    }
}
