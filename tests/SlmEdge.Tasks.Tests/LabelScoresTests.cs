using FsCheck.Xunit;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Tasks.Tests;

public sealed class LabelScoresTests
{
    [Fact]
    public void Normalised_scores_are_the_log_of_probabilities_that_sum_to_one()
    {
        float[] scores = [MathF.Log(0.02f), MathF.Log(0.06f), float.NegativeInfinity];

        LabelScores.Normalise(scores);

        scores[0].ShouldBe(MathF.Log(0.25f), 1e-6f);
        scores[1].ShouldBe(MathF.Log(0.75f), 1e-6f);
        scores[2].ShouldBe(float.NegativeInfinity);
    }

    [Fact]
    public void A_temperature_of_two_takes_the_square_root_of_the_odds()
    {
        float[] scores = [MathF.Log(0.2f), MathF.Log(0.8f)];

        LabelScores.ApplyTemperature(scores, 2);

        scores[0].ShouldBe(MathF.Log(1f / 3), 1e-6f);
        scores[1].ShouldBe(MathF.Log(2f / 3), 1e-6f);
    }

    [Fact]
    public void Scores_that_are_not_numbers_and_senseless_temperatures_are_refused()
    {
        Should.Throw<ArgumentException>(() => LabelScores.Normalise([0, float.NaN]));
        Should.Throw<ArgumentException>(() => LabelScores.Normalise([0, float.PositiveInfinity]));
        Should.Throw<ArgumentOutOfRangeException>(() => LabelScores.ApplyTemperature([0f], 0));
        Should.Throw<ArgumentOutOfRangeException>(() => LabelScores.ApplyTemperature([0f], double.NaN));
    }

    [Fact]
    public void Labels_that_are_all_excluded_are_equally_likely()
    {
        float[] scores = [float.NegativeInfinity, float.NegativeInfinity];
        LabelScores.Normalise(scores);
        scores.ShouldBe([MathF.Log(0.5f), MathF.Log(0.5f)]);
    }

    [Property]
    public bool Normalising_keeps_the_order_and_the_sum(List<short> raw)
    {
        float[] scores = [.. raw.Select(value => value / 100f)];
        float[] before = [.. scores];
        LabelScores.Normalise(scores);
        return scores.Length == 0
            || (Math.Abs(scores.Sum(value => Math.Exp(value)) - 1) < 1e-4 && before[LabelScores.Best(scores)] == before.Max());
    }
}
