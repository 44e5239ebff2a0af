using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Tasks.Baselines;

/// <summary>
/// TF-IDF with logistic regression for texts with several labels, decided as the language model decides: the probabilities sum to one, and every label from a threshold on is given.
/// A row is one training example for each of its labels; the threshold is found on every tenth row, which the model that finds it has not seen.
/// </summary>
public sealed class SeveralLabelsBaseline
{
    private const int HeldOutOf = 10;

    private readonly TfIdfLogisticRegression _regression;
    private readonly double _threshold;

    private SeveralLabelsBaseline(TfIdfLogisticRegression regression, double threshold)
    {
        _regression = regression;
        _threshold = threshold;
    }

    /// <summary>Size of the weights, in bytes.</summary>
    public long WeightBytes => _regression.WeightBytes;

    /// <summary>Trains on texts with their labels.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="labelSets">The label indices of each text, at least one.</param>
    /// <param name="labelCount">Number of labels.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <exception cref="ArgumentException">There are fewer than two texts, the lengths differ, or an index is no label.</exception>
    public static SeveralLabelsBaseline Train(IReadOnlyList<string> texts, IReadOnlyList<int[]> labelSets, int labelCount, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(labelSets);
        if (texts.Count < 2 || texts.Count != labelSets.Count)
        {
            throw new ArgumentException($"{texts.Count} texts and {labelSets.Count} sets of labels cannot be trained on", nameof(texts));
        }

        int[] rows = [.. Enumerable.Range(0, texts.Count)];
        int[] held = [.. rows.Where(row => row % HeldOutOf == 0)];
        TfIdfLogisticRegression first = Fit(texts, labelSets, [.. rows.Except(held)], labelCount, cancellation);
        double threshold = LabelThreshold.Choose([.. held.SelectMany(row => first.Score(texts[row]))], [.. held.Select(row => labelSets[row])], labelCount);
        return new SeveralLabelsBaseline(Fit(texts, labelSets, rows, labelCount, cancellation), threshold);
    }

    /// <summary>The labels of a text; may be none.</summary>
    public int[] Predict(string text) => LabelThreshold.Apply(_regression.Score(text), _threshold);

    private static TfIdfLogisticRegression Fit(IReadOnlyList<string> texts, IReadOnlyList<int[]> labelSets, int[] rows, int labelCount, CancellationToken cancellation) =>
        TfIdfLogisticRegression.Train(
            [.. rows.SelectMany(row => labelSets[row].Select(_ => texts[row]))], [.. rows.SelectMany(row => labelSets[row])], labelCount, cancellation: cancellation);
}
