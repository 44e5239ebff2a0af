using System.Diagnostics;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Baselines;
using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Export.Proof;

/// <summary>Trains and scores the classifiers that a language model has to beat to earn its cost.</summary>
public static class BaselineScorer
{
    private const string Regression = "TF-IDF + logistic regression";

    /// <summary>The majority class, and TF-IDF with logistic regression, both trained on the model's own training texts.</summary>
    /// <param name="task">The task.</param>
    /// <param name="train">What the model was trained on.</param>
    /// <param name="test">The held-out texts.</param>
    /// <param name="ct">Stops the training.</param>
    public static IReadOnlyList<BaselineResult> Score(TaskDefinition task, EvaluationSet train, EvaluationSet test, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        if (task.Decision.MultiLabel)
        {
            return Several(task, train, test, ct);
        }

        int[] labels = [.. train.Labels];
        MajorityBaseline majority = MajorityBaseline.Train(labels, task.Labels.Count);
        TfIdfLogisticRegression regression = TfIdfLogisticRegression.Train(train.Texts, labels, task.Labels.Count, cancellation: ct);
        return
        [
            Run("majority class", text => [majority.Predict(text)], sizeof(int), task, test),
            Run(Regression, text => [regression.Predict(text)], regression.WeightBytes, task, test),
        ];
    }

    private static IReadOnlyList<BaselineResult> Several(TaskDefinition task, EvaluationSet train, EvaluationSet test, CancellationToken ct)
    {
        int[] frequent = train.LabelSets.GroupBy(set => string.Join(',', set.Order())).MaxBy(group => group.Count())!.First();
        SeveralLabelsBaseline regression = SeveralLabelsBaseline.Train(train.Texts, train.LabelSets, task.Labels.Count, ct);
        return
        [
            Run("most frequent labels", _ => frequent, sizeof(int) * frequent.Length, task, test),
            Run(Regression, regression.Predict, regression.WeightBytes, task, test),
        ];
    }

    private static BaselineResult Run(string name, Func<string, int[]> predict, long size, TaskDefinition task, EvaluationSet test)
    {
        long start = Stopwatch.GetTimestamp();
        int[][] predicted = [.. test.Texts.Select(predict)];
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        string[] names = [.. task.Labels.Select(label => label.Name)];
        ClassificationReport report = task.Decision.MultiLabel
            ? ClassificationReport.ComputeSets(test.LabelSets, predicted, names)
            : ClassificationReport.Compute([.. test.Labels], [.. predicted.Select(labels => labels[0])], names);
        return new BaselineResult(name, report, size, predicted.Length / seconds);
    }
}
