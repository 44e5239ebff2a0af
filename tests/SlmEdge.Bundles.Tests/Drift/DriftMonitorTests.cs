using SlmEdge.Bundles.Drift;

namespace SlmEdge.Bundles.Tests.Drift;

public sealed class DriftMonitorTests
{
    private static readonly DriftReference Reference = Texts.Reference();

    [Fact]
    public void Each_change_raises_the_alarm_of_what_has_changed_and_it_ends_when_the_texts_come_back()
    {
        Alarms(new Random(2), Texts.Draw(new Random(3), 2000)).ShouldBeEmpty();
        Alarms(new Random(2), Texts.Draw(new Random(3), 500, firstLabel: 0.6)).ShouldBe([DriftStatistic.Labels]);
        Alarms(new Random(2), Texts.Draw(new Random(3), 500, first: 5000)).ShouldBe([DriftStatistic.Tokens, DriftStatistic.NewTokens], ignoreOrder: true);
        Alarms(new Random(2), Texts.Draw(new Random(3), 500).Select(row => row with { Confidence = row.Confidence - 0.2 })).ShouldBe([DriftStatistic.Confidence]);
        Alarms(new Random(2), Texts.Draw(new Random(3), 500).Select(row => row with { Tokens = [.. row.Tokens, .. row.Tokens] })).ShouldContain(DriftStatistic.Length);
        Alarms(new Random(2), Texts.Draw(new Random(3), 500).Select((row, i) => i % 5 == 0 ? row with { Tokens = [7, .. row.Tokens.Skip(1)] } : row)).ShouldContain(DriftStatistic.UnknownTokens);

        var monitor = new DriftMonitor(Reference);
        List<DriftChange> changes = [.. new[] { Texts.Draw(new Random(2), 600), Texts.Draw(new Random(3), 500, firstLabel: 0.6), Texts.Draw(new Random(4), 700) }.SelectMany(rows => Feed(monitor, rows))];
        changes.Select(change => change.Begins).ShouldBe([true, false]);
        changes.ShouldAllBe(change => change.Statistic == DriftStatistic.Labels);
        monitor.Read().Readings.ShouldAllBe(reading => !reading.IsAlarm);
    }

    [Fact]
    public void Answered_texts_raise_the_alarm_of_what_has_changed()
    {
        AnswerAlarms(Texts.Answers(new Random(3), 2000)).ShouldBeEmpty();
        AnswerAlarms(Texts.Answers(new Random(3), 500, unfinished: 0.3)).ShouldBe([DriftStatistic.UnfinishedAnswers]);
        AnswerAlarms(Texts.Answers(new Random(3), 500, longer: 8)).ShouldBe([DriftStatistic.AnswerLength]);
        AnswerAlarms(Texts.Answers(new Random(3), 500).Select((answer, i) => i % 5 == 0 ? answer with { Tokens = [7, .. answer.Tokens.Skip(1)] } : answer)).ShouldContain(DriftStatistic.UnknownTokens);

        static List<DriftStatistic> AnswerAlarms(IEnumerable<DriftAnswer> answers)
        {
            var monitor = new DriftMonitor(Texts.AnswerReference());
            Texts.Answers(new Random(2), 500).SelectMany(monitor.Add).ShouldBeEmpty();
            List<DriftStatistic> alarms = [.. answers.SelectMany(monitor.Add).Where(change => change.Begins).Select(change => change.Statistic).Distinct()];
            DriftMonitor restored = DriftMonitor.Restore(monitor.Reference, monitor.Save())!;
            restored.Read().Readings.ShouldBe(monitor.Read().Readings);
            restored.Save().ShouldBe(monitor.Save());
            return alarms;
        }
    }

    [Fact]
    public void Labels_that_become_second_best_more_often_are_found_although_the_best_ones_stay()
    {
        DriftRow[] rows = [.. Texts.Draw(new Random(1), 400).Select(row => With(row, 0.1))];
        DriftReference reference = DriftReferenceBuilder.Create(rows, 3, [], new DriftOptions { Simulations = 100, StretchTexts = 2000 });
        var monitor = new DriftMonitor(reference);
        Texts.Draw(new Random(2), 500).SelectMany(row => Add(With(row, 0.1))).ShouldBeEmpty();
        Texts.Draw(new Random(3), 500).SelectMany(row => Add(With(row, 0.3))).Select(change => change.Statistic).ShouldBe([DriftStatistic.Labels]);
        DriftMonitor.Restore(reference, monitor.Save())!.Save().ShouldBe(monitor.Save());

        static DriftRow With(DriftRow row, double second) => row with { Scores = [new DriftScore(row.Label, 1 - second), new DriftScore((row.Label + 1) % 3, row.Label == 2 ? 0 : second)] };

        IReadOnlyList<DriftChange> Add(DriftRow row) => monitor.Add(row.Label, row.Confidence, row.Tokens, row.Scores);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(300)]
    public void The_likeliest_labels_are_kept_in_order(int labels)
    {
        float[] logProbs = [.. Enumerable.Range(0, labels).Select(label => MathF.Log((label * 7 % labels) + 1) - MathF.Log(labels * (labels + 1) / 2f))];
        IReadOnlyList<DriftScore> best = DriftScore.Best(logProbs);
        best.Select(score => score.Label).ShouldBe(Enumerable.Range(0, labels).OrderByDescending(label => logProbs[label]).Take(DriftScore.MaxCount));
        best[0].Probability.ShouldBe(Math.Exp(logProbs.Max()), tolerance: 1e-6);
    }

    [Fact]
    public void Nothing_is_compared_before_the_window_is_full()
    {
        var monitor = new DriftMonitor(Reference);
        Feed(monitor, Texts.Draw(new Random(5), Reference.Window - 1, first: 5000)).ShouldBeEmpty();
        monitor.Read().Readings.ShouldBeEmpty();
        monitor.Read().InWindow.ShouldBe(Reference.Window - 1);
        Feed(monitor, Texts.Draw(new Random(6), 1, first: 5000)).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(123)]
    [InlineData(777)]
    public void What_was_saved_goes_on_as_if_nothing_had_been(int before)
    {
        var whole = new DriftMonitor(Reference);
        Feed(whole, Texts.Draw(new Random(7), before, firstLabel: 0.7));
        byte[] state = whole.Save();
        state.Length.ShouldBeLessThan(32 * 1024);
        DriftMonitor restored = DriftMonitor.Restore(Reference, state)!;
        restored.Save().ShouldBe(state);
        Feed(restored, Texts.Draw(new Random(8), 900)).ShouldBe(Feed(whole, Texts.Draw(new Random(8), 900)));
        restored.Read().Readings.ShouldBe(whole.Read().Readings);
        restored.Read().Accuracy.ShouldBe(whole.Read().Accuracy);
    }

    [Fact]
    public void A_state_that_is_cut_or_of_another_kind_is_not_taken()
    {
        var monitor = new DriftMonitor(Reference);
        Feed(monitor, Texts.Draw(new Random(9), 50));
        byte[] state = monitor.Save();
        DriftMonitor.Restore(Reference, []).ShouldBeNull();
        DriftMonitor.Restore(Reference, state.AsSpan(0, state.Length - 1)).ShouldBeNull();
        DriftMonitor.Restore(Reference, [9, .. state.AsSpan(1)]).ShouldBeNull();
        for (int place = 0; place < state.Length; place++)
        {
            byte[] damaged = [.. state];
            damaged[place] = 255;
            if (DriftMonitor.Restore(Reference, damaged) is { } taken)
            {
                Feed(taken, Texts.Draw(new Random(10), 600));
            }
        }
    }

    [Fact]
    public void The_estimated_accuracy_follows_the_confidence()
    {
        var monitor = new DriftMonitor(Texts.Reference(2000));
        Feed(monitor, Texts.Draw(new Random(11), 500));
        DriftAccuracy usual = monitor.Read().Accuracy!;
        usual.Estimate.ShouldBeInRange(usual.Low, usual.High);
        usual.Estimate.ShouldBe(0.75, tolerance: 0.04);
        Feed(monitor, Texts.Draw(new Random(12), 500).Select(row => row with { Confidence = 0.55 }));
        monitor.Read().Accuracy!.Estimate.ShouldBe(0.55, tolerance: 0.08);
    }

    private static List<DriftStatistic> Alarms(Random random, IEnumerable<DriftRow> rows)
    {
        var monitor = new DriftMonitor(Reference);
        Feed(monitor, Texts.Draw(random, Reference.Window)).ShouldBeEmpty();
        return [.. Feed(monitor, rows).Where(change => change.Begins).Select(change => change.Statistic).Distinct()];
    }

    private static List<DriftChange> Feed(DriftMonitor monitor, IEnumerable<DriftRow> rows) =>
        [.. rows.ToList().SelectMany(row => monitor.Add(row.Label, row.Confidence, row.Tokens))];
}
