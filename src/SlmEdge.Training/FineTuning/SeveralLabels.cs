using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Metrics;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.Families;
using SlmEdge.Training.Inference;

namespace SlmEdge.Training.FineTuning;

/// <summary>What is decided once the model of a multi-label task is trained.</summary>
internal static class SeveralLabels
{
    /// <summary>The threshold with the best micro-F1 on the validation rows, at the probabilities that the device computes.</summary>
    public static double ChooseThreshold(DecoderModel model, ClassificationPrompt prompt, IReadOnlyList<LabelledText> rows, CancellationToken ct)
    {
        var labels = prompt.Labels.LabelCount;
        var scores = new float[rows.Count * labels];

        // The model stays the caller's: the engine around it holds nothing else, and is not disposed.
        TorchEngine.Over(model).ScoreLabels(prompt.Prefix, [.. rows.Select(row => prompt.EncodeText(row.Text))], prompt.Labels, scores, ct);
        for (var row = 0; row < rows.Count; row++)
        {
            LabelScores.Normalise(scores.AsSpan(row * labels, labels));
        }

        return LabelThreshold.Choose(scores, [.. rows.Select(row => row.Labels.Select(prompt.Task.IndexOf).ToArray())], labels);
    }
}
