using FsCheck.Xunit;
using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Tasks.Tests;

public sealed class LabelThresholdTests
{
    [Fact]
    public void Sets_are_compared_with_the_true_sets()
    {
        // Row 0 exactly right, row 1 misses one and gives a wrong one, row 2 gives none.
        ClassificationReport report = ClassificationReport.ComputeSets([[0, 1], [0, 2], [1]], [[1, 0], [0, 1], []], ["a", "b", "c", "d"]);
        report.Accuracy.ShouldBe(1.0 / 3);
        report.Correct.ShouldBe(1);
        report.Abstained.ShouldBe(1);
        report.MicroF1!.Value.ShouldBe(2.0 * 3 / (5 + 4), 1e-12);
        report.Classes[0].ShouldBe(new ClassReport("a", 1, 1, 1, 2, 2));
        report.Classes[1].ShouldBe(new ClassReport("b", 0.5, 0.5, 0.5, 2, 2));
        report.Classes[2].ShouldBe(new ClassReport("c", 0, 0, 0, 1, 0));
        report.MacroF1.ShouldBe(0.5, 1e-12);
        report.Confusion[0, 0].ShouldBe(2);
        report.Confusion[2, 1].ShouldBe(1);
        Should.Throw<ArgumentException>(() => ClassificationReport.ComputeSets([[4]], [[0]], ["a", "b", "c", "d"]));
        Should.Throw<ArgumentException>(() => ClassificationReport.ComputeSets([], [], ["a"]));
    }

    [Fact]
    public void Labels_that_share_a_probability_are_told_from_the_rest()
    {
        float[] scores = [.. new[] { 0.48, 0.47, 0.05, 0.9, 0.06, 0.04, 0.34, 0.33, 0.33 }.Select(p => (float)Math.Log(p))];
        double threshold = LabelThreshold.Choose(scores, [[0, 1], [0], [0, 1, 2]], 3);
        threshold.ShouldBe((0.33 + 0.06) / 2, 1e-6);
        LabelThreshold.ApplyAll(scores, 3, threshold).ShouldBe([[0, 1], [0], [0, 1, 2]]);
    }

    [Property]
    public void No_other_threshold_gives_a_larger_micro_F1(int seed)
    {
        var random = new Random(seed);
        int rows = random.Next(1, 12);
        float[] scores = [.. Enumerable.Range(0, rows).SelectMany(_ =>
        {
            double[] weights = [.. Enumerable.Range(0, 4).Select(_ => random.Next(0, 5) + 0.01)];
            return weights.Select(weight => (float)Math.Log(weight / weights.Sum()));
        })];
        int[][] truth = [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, 4).Where(label => label == 0 || random.Next(3) == 0).ToArray())];
        string[] names = ["a", "b", "c", "d"];
        double best = MicroF1(LabelThreshold.Choose(scores, truth, 4));
        for (int i = 1; i < 200; i++)
        {
            MicroF1(i / 200.0).ShouldBeLessThanOrEqualTo(best + 1e-12);
        }

        double MicroF1(double threshold) => ClassificationReport.ComputeSets(truth, LabelThreshold.ApplyAll(scores, 4, threshold), names).MicroF1!.Value;
    }

    [Fact]
    public void A_threshold_of_nothing_is_refused()
    {
        Should.Throw<ArgumentException>(() => LabelThreshold.Choose([], [], 3));
        Should.Throw<ArgumentException>(() => LabelThreshold.Choose([0, 0], [[0]], 3));
    }
}
