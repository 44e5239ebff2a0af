using Shouldly;
using SlmEdge.Tasks.Metrics;
using Xunit;

namespace SlmEdge.Tasks.Tests;

public sealed class ComparisonTests
{
    /// <summary>The p-values are those of scipy 1.10.1, <c>binomtest(min(b, c), b + c, 0.5)</c>.</summary>
    [Theory]
    [InlineData(10, 3, 0.09228515625)]
    [InlineData(0, 5, 0.0625)]
    [InlineData(7, 7, 1.0)]
    [InlineData(120, 90, 0.0451140878648407)]
    [InlineData(0, 0, 1.0)]
    public void McNemar_gives_the_exact_binomial_probability(int b, int c, double expected) =>
        PairedComparison.McNemar(b, c).ShouldBe(expected, 1e-9);

    [Fact]
    public void An_interval_covers_the_true_accuracy_as_often_as_it_says()
    {
        var random = new Random(7);
        int covered = 0;
        const int Trials = 400;
        for (int trial = 0; trial < Trials; trial++)
        {
            bool[] right = [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble() < 0.8)];
            var interval = Bootstrap.Interval(right.Length, rows => Mean(right, rows), resamples: 300, seed: trial);
            covered += interval.Low <= 0.8 && interval.High >= 0.8 ? 1 : 0;
        }

        // Standard deviation of the share is 1.1 %; the percentile bootstrap itself covers a little less than it says.
        ((double)covered / Trials).ShouldBeInRange(0.90, 0.985);
    }

    [Fact]
    public void Two_equal_classifiers_are_seldom_told_apart_and_a_better_one_is()
    {
        var random = new Random(3);
        int falseAlarms = 0;
        for (int trial = 0; trial < 200; trial++)
        {
            falseAlarms += Compare(random, 0.85, 0.85).PValue < 0.05 ? 1 : 0;
        }

        falseAlarms.ShouldBeLessThanOrEqualTo(20);
        var better = Compare(random, 0.95, 0.80);
        better.PValue.ShouldBeLessThan(0.001);
        better.AccuracyInterval.Low.ShouldBeGreaterThan(0);
        better.MacroF1Interval.Low.ShouldBeGreaterThan(0);
        better.AccuracyDifference.ShouldBe((better.OnlyFirst - better.OnlySecond) / 400.0, 1e-12);
    }

    [Fact]
    public void Macro_F1_of_all_rows_is_that_of_the_report()
    {
        var random = new Random(1);
        int[] truth = [.. Enumerable.Range(0, 300).Select(_ => random.Next(6))];
        int[] decided = [.. truth.Select(t => random.NextDouble() < 0.7 ? t : random.Next(-1, 6))];
        int[] all = [.. Enumerable.Range(0, 300)];
        new MacroF1(7).Of(truth, decided, all).ShouldBe(ClassificationReport.Compute(truth, decided, ["a", "b", "c", "d", "e", "f", "g"]).MacroF1, 1e-12);
    }

    private static PairedComparison Compare(Random random, double first, double second)
    {
        int[] truth = [.. Enumerable.Range(0, 400).Select(_ => random.Next(4))];
        int[] Decide(double accuracy) => [.. truth.Select(t => random.NextDouble() < accuracy ? t : (t + 1 + random.Next(3)) % 4)];
        return PairedComparison.Compute(truth, Decide(first), Decide(second), 4, resamples: 200);
    }

    private static double Mean(bool[] right, ReadOnlySpan<int> rows)
    {
        int count = 0;
        foreach (int row in rows)
        {
            count += right[row] ? 1 : 0;
        }

        return (double)count / rows.Length;
    }
}
