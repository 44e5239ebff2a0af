using System.Text;
using SlmEdge.Bundles;
using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Metrics;
using static SlmEdge.Training.Reports.HtmlText;

namespace SlmEdge.Export.Proof.Html;

/// <summary>What each coverage of the bundle comes to on the held-out texts: how often the set held the true label, and how many labels it had.</summary>
internal static class LabelSetTable
{
    public static string Render(StageProof proof, StageResult stage)
    {
        int labels = proof.Task.Labels.Count;
        float[] scores = [.. stage.LogProbs];
        for (int row = 0; row < scores.Length; row += labels)
        {
            LabelScores.ApplyTemperature(scores.AsSpan(row, labels), proof.Calibration.Temperature);
        }

        var html = new StringBuilder("<table><tr><th>stated coverage</th><th>held the true label</th><th>labels in a set, mean</th><th>sets of one label</th><th>threshold</th></tr>");
        foreach (ConformalThreshold threshold in proof.Calibration.Conformal)
        {
            int held = 0;
            int taken = 0;
            int single = 0;
            for (int row = 0; row < proof.Data.Texts.Count; row++)
            {
                ReadOnlySpan<float> own = scores.AsSpan(row * labels, labels);
                int best = LabelScores.Best(own);
                int size = 0;
                for (int label = 0; label < labels; label++)
                {
                    if (label == best || ConformalPrediction.Includes(Math.Exp(own[label]), threshold.Probability))
                    {
                        size++;
                        held += label == proof.Data.Labels[row] ? 1 : 0;
                    }
                }

                taken += size;
                single += size == 1 ? 1 : 0;
            }

            double rows = proof.Data.Texts.Count;
            html.Append($"<tr><td>{Percent(threshold.Coverage)}</td><td>{Percent(held / rows)}</td><td>{Number(taken / rows, "0.00")}</td><td>{Percent(single / rows)}</td><td>{Number(threshold.Probability, "0.0000")}</td></tr>");
        }

        return html.Append("</table>").ToString();
    }
}
