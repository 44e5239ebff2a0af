using SlmEdge.Bundles;
using SlmEdge.Export.Proof;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Export.Bundling;

/// <summary>Chooses the examples by which a device checks that it computes what was tested.</summary>
internal static class GoldenExamples
{
    private const int Wanted = 10;
    private const int MaxText = 2000;

    /// <summary>Room for other CPUs: kernels of another instruction set sum in another order.</summary>
    private const double MinTolerance = 0.05;

    /// <summary>
    /// One right answer of each of the most frequent labels, on which all shipped files agree; of these the one of middling confidence,
    /// since an answer at 100 % shows no difference. The tolerance is what the shipped files differ by, and at least five points.
    /// </summary>
    public static IReadOnlyList<GoldenExample> Choose(StageProof proof)
    {
        if (proof.Recommended is not { } recommended)
        {
            return [];
        }

        StageResult[] shipped = [.. proof.Stages.Where(stage => stage.Definition.File is not null)];
        int labels = proof.Task.Labels.Count;
        var golden = new List<GoldenExample>();
        var rows = Enumerable.Range(0, proof.Data.Texts.Count)
            .Where(row => proof.Data.Texts[row].Length <= MaxText
                && proof.Data.Has(row, recommended.Predicted[row])
                && shipped.All(stage => stage.Predicted[row] == recommended.Predicted[row]))
            .GroupBy(row => recommended.Predicted[row])
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key)
            .Take(Wanted);
        foreach (IGrouping<int, int> group in rows)
        {
            int[] ordered = [.. group.OrderBy(row => Probability(recommended, row))];
            int row = ordered[ordered.Length / 2];
            double probability = Probability(recommended, row);
            double spread = shipped.Max(stage => Math.Abs(Probability(stage, row) - probability));
            golden.Add(new GoldenExample(
                proof.Data.Texts[row],
                proof.Task.Labels[group.Key].Name,
                Math.Clamp(probability, 0, 1),
                Math.Min(1, Math.Max(MinTolerance, 1.5 * spread))));
        }

        return golden;

        double Probability(StageResult stage, int row)
        {
            float[] scores = stage.LogProbs[(row * labels)..((row + 1) * labels)];
            LabelScores.ApplyTemperature(scores, proof.Calibration.Temperature);
            return Math.Exp(scores[stage.Predicted[row]]);
        }
    }
}
