namespace SlmEdge.Tasks.Metrics;

/// <summary>Scores of a classifier on a labelled set.</summary>
/// <param name="Examples">Number of examples.</param>
/// <param name="Correct">Number of examples given their own label; with several labels a text, exactly their own labels.</param>
/// <param name="Abstained">Number of examples given no label. They count as wrong.</param>
/// <param name="Accuracy"><paramref name="Correct"/> / <paramref name="Examples"/>.</param>
/// <param name="MacroF1">Mean F1 over the classes that occur among the true or the predicted labels.</param>
/// <param name="Classes">Scores of each class, in the order of the label indices.</param>
/// <param name="Confusion">
/// Counts, [true label, predicted label]; abstentions are not in it. With several labels a text, beside the labels that were given rightly every missed one with every one that was
/// given wrongly.
/// </param>
public sealed record ClassificationReport(
    int Examples,
    int Correct,
    int Abstained,
    double Accuracy,
    double MacroF1,
    IReadOnlyList<ClassReport> Classes,
    int[,] Confusion)
{
    /// <summary>F1 over all labels of all texts together, of texts with several labels; otherwise null, because it is the accuracy then.</summary>
    public double? MicroF1 { get; init; }

    /// <summary>Compares sets of labels with the true sets: <see cref="Accuracy"/> is the share of texts whose set is given exactly (subset accuracy).</summary>
    /// <param name="truth">True label indices of each text.</param>
    /// <param name="predicted">Predicted label indices of each text; none for an abstention.</param>
    /// <param name="labels">Label names.</param>
    /// <exception cref="ArgumentException">No examples, different lengths, or an index that is no label.</exception>
    public static ClassificationReport ComputeSets(IReadOnlyList<int[]> truth, IReadOnlyList<int[]> predicted, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(truth);
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(labels);
        if (truth.Count == 0 || truth.Count != predicted.Count)
        {
            throw new ArgumentException($"{truth.Count} true sets and {predicted.Count} predictions cannot be compared", nameof(predicted));
        }

        int count = labels.Count;
        if (truth.Concat(predicted).SelectMany(set => set).Any(label => (uint)label >= (uint)count))
        {
            throw new ArgumentException($"a label is not one of {count}", nameof(truth));
        }

        var confusion = new int[count, count];
        var support = new int[count];
        var given = new int[count];
        (int abstained, int correct) = (0, 0);
        for (int i = 0; i < truth.Count; i++)
        {
            int[] missed = [.. truth[i].Except(predicted[i])];
            int[] wrong = [.. predicted[i].Except(truth[i])];
            correct += missed.Length + wrong.Length == 0 ? 1 : 0;
            abstained += predicted[i].Length == 0 ? 1 : 0;
            foreach (int label in truth[i])
            {
                support[label]++;
                confusion[label, label] += Array.IndexOf(missed, label) < 0 ? 1 : 0;
                if (Array.IndexOf(missed, label) >= 0)
                {
                    foreach (int other in wrong)
                    {
                        confusion[label, other]++;
                    }
                }
            }

            foreach (int label in predicted[i])
            {
                given[label]++;
            }
        }

        (ClassReport[] classes, double macro) = Classify(confusion, support, given, labels);
        int hits = Enumerable.Range(0, count).Sum(label => confusion[label, label]);
        int both = support.Sum() + given.Sum();
        return new ClassificationReport(truth.Count, correct, abstained, (double)correct / truth.Count, macro, classes, confusion)
        {
            MicroF1 = both == 0 ? 0 : 2.0 * hits / both,
        };
    }

    /// <summary>Compares predictions with the truth.</summary>
    /// <param name="truth">True label indices.</param>
    /// <param name="predicted">Predicted label indices, -1 for an abstention.</param>
    /// <param name="labels">Label names.</param>
    /// <exception cref="ArgumentException">No examples, different lengths, or an index that is no label.</exception>
    public static ClassificationReport Compute(ReadOnlySpan<int> truth, ReadOnlySpan<int> predicted, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (truth.Length != predicted.Length)
        {
            throw new ArgumentException($"{truth.Length} true labels but {predicted.Length} predictions", nameof(predicted));
        }

        if (truth.IsEmpty)
        {
            throw new ArgumentException("there are no examples to score", nameof(truth));
        }

        int count = labels.Count;
        var confusion = new int[count, count];
        var support = new int[count];
        var given = new int[count];
        int abstained = 0;
        int correct = 0;
        for (int i = 0; i < truth.Length; i++)
        {
            if ((uint)truth[i] >= (uint)count)
            {
                throw new ArgumentException($"true label {truth[i]} of example {i} is not one of {count}", nameof(truth));
            }

            if (predicted[i] < -1 || predicted[i] >= count)
            {
                throw new ArgumentException($"predicted label {predicted[i]} of example {i} is not one of {count}", nameof(predicted));
            }

            support[truth[i]]++;
            if (predicted[i] < 0)
            {
                abstained++;
                continue;
            }

            given[predicted[i]]++;
            confusion[truth[i], predicted[i]]++;
            correct += truth[i] == predicted[i] ? 1 : 0;
        }

        (ClassReport[] classes, double macro) = Classify(confusion, support, given, labels);
        return new ClassificationReport(truth.Length, correct, abstained, (double)correct / truth.Length, macro, classes, confusion);
    }

    private static (ClassReport[] Classes, double MacroF1) Classify(int[,] confusion, int[] support, int[] given, IReadOnlyList<string> labels)
    {
        var classes = new ClassReport[labels.Count];
        double sum = 0;
        int occurring = 0;
        for (int label = 0; label < classes.Length; label++)
        {
            int hits = confusion[label, label];
            double precision = given[label] == 0 ? 0 : (double)hits / given[label];
            double recall = support[label] == 0 ? 0 : (double)hits / support[label];
            double f1 = support[label] + given[label] == 0 ? 0 : 2.0 * hits / (support[label] + given[label]);
            classes[label] = new ClassReport(labels[label], precision, recall, f1, support[label], given[label]);
            if (support[label] + given[label] > 0)
            {
                sum += f1;
                occurring++;
            }
        }

        return (classes, occurring == 0 ? 0 : sum / occurring);
    }
}
