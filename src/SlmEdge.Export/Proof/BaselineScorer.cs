using System.Diagnostics;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Baselines;
using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Export.Proof;

/// <summary>Trains and scores the classifiers that a language model has to beat to earn its cost.</summary>
public static class BaselineScorer
{
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
        int[] labels = [.. train.Labels];
        MajorityBaseline majority = MajorityBaseline.Train(labels, task.Labels.Count);
        TfIdfLogisticRegression regression = TfIdfLogisticRegression.Train(train.Texts, labels, task.Labels.Count, cancellation: ct);
        return
        [
            Run("majority class", majority.Predict, sizeof(int), task, test),
            Run("TF-IDF + logistic regression", regression.Predict, regression.WeightBytes, task, test),
        ];
    }

    private static BaselineResult Run(string name, Func<string, int> predict, long size, TaskDefinition task, EvaluationSet test)
    {
        long start = Stopwatch.GetTimestamp();
        int[] predicted = [.. test.Texts.Select(predict)];
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        ClassificationReport report = ClassificationReport.Compute([.. test.Labels], predicted, [.. task.Labels.Select(label => label.Name)]);
        return new BaselineResult(name, report, size, predicted.Length / seconds);
    }
}
