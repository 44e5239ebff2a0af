using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Tasks.Tests;

public sealed class ConformalPredictionTests
{
    [Theory]
    [InlineData(0.8)]
    [InlineData(0.9)]
    [InlineData(0.95)]
    public void Sets_hold_the_true_label_as_often_as_stated_even_for_a_model_that_is_far_too_sure(double coverage)
    {
        const int Labels = 6;
        const int Calibration = 99;
        const int Test = 400;
        var random = new Random(7);
        var held = 0;
        const int Rounds = 200;
        for (var round = 0; round < Rounds; round++)
        {
            var (scores, truth) = Draw(random, Calibration, Labels);
            var threshold = ConformalPrediction.Threshold(scores, truth, Labels, coverage);
            var (testScores, testTruth) = Draw(random, Test, Labels);
            for (var row = 0; row < Test; row++)
            {
                held += ConformalPrediction.Includes(Math.Exp(testScores[(row * Labels) + testTruth[row]]), threshold) ? 1 : 0;
            }
        }

        // With n = 99 rows and these coverages the expectation is the coverage itself (Vovk et al. 2005); the spread of a mean of
        // 200 rounds, each with the standard deviation of Beta(90, 10) at most, is below 0.003.
        ((double)held / (Rounds * Test)).ShouldBe(coverage, 0.01);
    }

    [Fact]
    public void The_threshold_is_the_probability_at_the_rank_of_the_formula()
    {
        float[] truths = [0.9f, 0.1f, 0.5f, 0.3f, 0.7f, 0.2f, 0.6f, 0.8f, 0.4f];
        var scores = truths.SelectMany(p => new[] { MathF.Log(p), MathF.Log(1 - p) }).ToArray();
        ConformalPrediction.Threshold(scores, new int[truths.Length], 2, 0.9).ShouldBe(0.1, 1e-6);
        ConformalPrediction.Threshold(scores, new int[truths.Length], 2, 0.7).ShouldBe(0.3, 1e-6);
        ConformalPrediction.Threshold(scores, new int[truths.Length], 2, 0.5).ShouldBe(0.5, 1e-6);
    }

    [Fact]
    public void Too_few_rows_for_a_coverage_take_every_label()
    {
        float[] scores = [MathF.Log(0.9f), MathF.Log(0.1f)];
        ConformalPrediction.Threshold(scores, [0], 2, 0.99).ShouldBe(0);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        Should.Throw<ArgumentException>(() => ConformalPrediction.Threshold(new float[3], [0], 2, 0.9));
        Should.Throw<ArgumentException>(() => ConformalPrediction.Threshold([], [], 2, 0.9));
        Should.Throw<ArgumentOutOfRangeException>(() => ConformalPrediction.Threshold(new float[2], [0], 2, 1));
    }

    // The truth is drawn from a mild distribution; the model reports it sharpened three times.
    private static (float[] Scores, int[] Truth) Draw(Random random, int rows, int labels)
    {
        var scores = new float[rows * labels];
        var truth = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            var own = scores.AsSpan(row * labels, labels);
            for (var label = 0; label < labels; label++)
            {
                own[label] = (float)(random.NextDouble() * 3);
            }

            LabelScores.Normalise(own);
            var draw = random.NextDouble();
            while (truth[row] < labels - 1 && (draw -= Math.Exp(own[truth[row]])) > 0)
            {
                truth[row]++;
            }

            LabelScores.ApplyTemperature(own, 1.0 / 3);
        }

        return (scores, truth);
    }
}
