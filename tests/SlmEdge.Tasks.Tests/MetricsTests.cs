using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Tasks.Tests;

public sealed class MetricsTests
{
    [Fact]
    public void A_report_matches_a_hand_computed_one()
    {
        // a: 3 true, 2 of them found, 1 false alarm. b: 2 true, 1 found, 1 false alarm. c: 1 true, abstained. d: nowhere.
        ClassificationReport report = ClassificationReport.Compute([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, -1], ["a", "b", "c", "d"]);

        report.Accuracy.ShouldBe(0.5);
        report.Correct.ShouldBe(3);
        report.Abstained.ShouldBe(1);
        report.Classes[0].ShouldBe(new ClassReport("a", 2.0 / 3, 2.0 / 3, 2.0 / 3, 3, 3));
        report.Classes[1].ShouldBe(new ClassReport("b", 0.5, 0.5, 0.5, 2, 2));
        report.Classes[2].ShouldBe(new ClassReport("c", 0, 0, 0, 1, 0));
        report.Classes[3].ShouldBe(new ClassReport("d", 0, 0, 0, 0, 0));
        report.MacroF1.ShouldBe(((2.0 / 3) + 0.5 + 0) / 3, 1e-12);
        report.Confusion[0, 1].ShouldBe(1);
        report.Confusion[1, 0].ShouldBe(1);
        report.Confusion[2, 2].ShouldBe(0);
    }

    [Fact]
    public void Scores_of_nothing_and_of_unknown_labels_are_refused()
    {
        Should.Throw<ArgumentException>(() => ClassificationReport.Compute([], [], ["a"]));
        Should.Throw<ArgumentException>(() => ClassificationReport.Compute([0], [0, 0], ["a"]));
        Should.Throw<ArgumentException>(() => ClassificationReport.Compute([1], [0], ["a"]));
        Should.Throw<ArgumentException>(() => ClassificationReport.Compute([0], [-2], ["a"]));
    }

    [Fact]
    public void Divergence_matches_a_hand_computed_one()
    {
        float[] p = [MathF.Log(0.5f), MathF.Log(0.5f), 0, float.NegativeInfinity];
        float[] q = [MathF.Log(0.25f), MathF.Log(0.75f), MathF.Log(0.5f), MathF.Log(0.5f)];

        double first = (0.5 * Math.Log(2)) + (0.5 * Math.Log(0.5 / 0.75));
        Divergence.MeanKl(p, q, 2).ShouldBe((first + Math.Log(2)) / 2, 1e-6);
        Divergence.MeanKl(p, p, 2).ShouldBe(0);
        double.IsPositiveInfinity(Divergence.MeanKl(q, p, 2)).ShouldBeTrue();
        Divergence.ChangedDecisions(p, q, 2).ShouldBe(1);
    }

    [Fact]
    public void Divergence_of_scores_that_are_no_distribution_is_refused() =>
        Should.Throw<ArgumentException>(() => Divergence.MeanKl([0, 0], [MathF.Log(0.5f), MathF.Log(0.5f)], 2)).Message.ShouldContain("sum to 2");

    [Fact]
    public void Calibration_error_matches_a_hand_computed_one()
    {
        // Ten bins. Confidence 0.95 twice, one right: |1 − 1.9|; confidence 0.65 once, right: |1 − 0.65|.
        float[] scores = Rows((0.95f, 0.05f), (0.05f, 0.95f), (0.65f, 0.35f));
        Calibration.ExpectedCalibrationError(scores, [0, 0, 0], 2, 10).ShouldBe((0.9 + 0.35) / 3, 1e-6);
    }

    [Fact]
    public void The_fitted_temperature_is_the_one_that_the_scores_were_sharpened_by()
    {
        // The true distribution is (0.8, 0.2), and 8 of 10 examples follow it; logits sharpened threefold have to be divided by 3.
        float[] scores = [.. Enumerable.Repeat(new[] { 3 * MathF.Log(0.8f), 3 * MathF.Log(0.2f) }, 10).SelectMany(row => row)];
        int[] truth = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1];

        double temperature = Calibration.FitTemperature(scores, truth, 2);

        temperature.ShouldBe(3, 1e-4);
        double best = Calibration.NegativeLogLikelihood(scores, truth, 2, temperature);
        best.ShouldBe(-((0.8 * Math.Log(0.8)) + (0.2 * Math.Log(0.2))), 1e-6);
        Calibration.NegativeLogLikelihood(scores, truth, 2, temperature * 1.05).ShouldBeGreaterThan(best);
        Calibration.NegativeLogLikelihood(scores, truth, 2, temperature * 0.95).ShouldBeGreaterThan(best);
    }

    [Fact]
    public void A_set_without_errors_or_without_sense_stays_within_the_bounds()
    {
        float[] scores = Rows((0.9f, 0.1f), (0.2f, 0.8f));
        Calibration.FitTemperature(scores, [0, 1], 2).ShouldBe(Calibration.MinTemperature);
        Calibration.FitTemperature(scores, [1, 0], 2).ShouldBe(Calibration.MaxTemperature);
        Calibration.FitTemperature([0, float.NegativeInfinity, 0, -1], [1, 0], 2).ShouldBeInRange(Calibration.MinTemperature, Calibration.MaxTemperature);
    }

    private static float[] Rows(params (float, float)[] rows) => [.. rows.SelectMany(row => new[] { MathF.Log(row.Item1), MathF.Log(row.Item2) })];
}
