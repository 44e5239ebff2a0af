using System.Globalization;
using SlmEdge.Bundles.Drift;
using Xunit.Abstractions;

namespace SlmEdge.Export.Tests.Drift;

/// <summary>The figures stand in docs/worker-monitoring.md.</summary>
public sealed class DriftDetectionTests(ITestOutputHelper output)
{
    private const int References = 5;
    private const int Limit = 500;

    [SkippableTheory]
    [InlineData(1000)]
    [InlineData(400)]
    [InlineData(200)]
    public void Two_hundred_weeks_of_the_same_texts_raise_no_more_alarms_than_stated(int rows)
    {
        DecidedTexts texts = DecidedTexts.Load();
        Print($"{texts}");
        int weeks = 0;
        int alarmed = 0;
        for (int seed = 1; seed <= References; seed++)
        {
            DriftReference reference = texts.Reference(seed, rows);
            reference.FalseAlarms.Rate.ShouldBe(0.05);
            reference.FalseAlarms.Texts.ShouldBe(10_000);
            var random = new Random(100 + seed);
            for (int week = 0; week < 40; week++, weeks++)
            {
                var monitor = new DriftMonitor(reference);
                var alarms = new List<DriftChange>();
                for (int i = 0; i < reference.FalseAlarms.Texts; i++)
                {
                    alarms.AddRange(Add(monitor, Draw(texts.Rows, random)));
                }

                alarmed += alarms.Count > 0 ? 1 : 0;
                alarms.ForEach(alarm => Print($"reference {seed}, week {week}: {alarm}"));
            }
        }

        Print($"{rows} rows: {alarmed} of {weeks} weeks");
        weeks.ShouldBe(200);
        ((double)alarmed / weeks).ShouldBeLessThanOrEqualTo(0.05);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void A_fifth_of_the_texts_that_goes_to_other_intents_is_found_within_500_texts(int intents)
    {
        DecidedTexts texts = DecidedTexts.Load();
        int[] found = FindIntents(texts, intents);
        found.ShouldAllBe(after => after <= Limit);
    }

    /// <summary>The more intents the texts are spread over, the less each of them changes: beyond five, chance hides some of the changes from any test of 500 texts.</summary>
    [SkippableTheory]
    [InlineData(10, 7)]
    [InlineData(20, 2)]
    public void A_fifth_of_the_texts_that_is_spread_over_many_intents_is_found_as_often_as_stated(int intents, int least) =>
        FindIntents(DecidedTexts.Load(), intents).Count(after => after <= Limit).ShouldBeGreaterThanOrEqualTo(least);

    private int[] FindIntents(DecidedTexts texts, int intents)
    {
        int[] found = [.. Enumerable.Range(1, 10).Select(seed =>
        {
            var random = new Random(seed);
            int[] all = [.. Enumerable.Range(0, texts.LabelCount)];
            random.Shuffle(all);
            DriftRow[] some = [.. texts.Rows.Where((_, i) => all[..intents].Contains(texts.True[i]))];
            DriftRow[] others = [.. texts.Rows.Where((_, i) => !all[..intents].Contains(texts.True[i]))];
            double share = ((double)some.Length / texts.Rows.Length) + 0.2;
            return Find(texts, seed, random, () => random.NextDouble() < share ? Draw(some, random) : Draw(others, random));
        })];
        Print($"{intents} intents: found after {string.Join(", ", found)}");
        return found;
    }

    [SkippableTheory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    [InlineData(0.2)]
    public void A_new_vocabulary_is_found_within_500_texts(double share)
    {
        DecidedTexts texts = DecidedTexts.Load();
        int[] found = [.. Enumerable.Range(1, 10).Select(seed =>
        {
            var random = new Random(seed);
            return Find(texts, seed, random, () => Draw(random.NextDouble() < share ? texts.OtherRows : texts.Rows, random));
        })];
        Print($"{share:P0} new: found after {string.Join(", ", found)}");
        found.ShouldAllBe(after => after <= Limit);
    }

    [SkippableFact]
    public void The_accuracy_that_is_estimated_without_labels_is_right_as_often_as_its_interval_says()
    {
        DecidedTexts texts = DecidedTexts.Load();
        int inside = 0;
        double width = 0;
        const int Windows = 200;
        for (int window = 0; window < Windows; window++)
        {
            DriftReference reference = texts.Reference(1 + (window % References));
            var monitor = new DriftMonitor(reference);
            var random = new Random(window);

            // Every second window is of another mix, half of whose texts are ones that the classifier is unsure of.
            DriftRow[] rows = window % 2 == 0 ? texts.Rows : [.. texts.Rows.Where((row, i) => row.Confidence < 0.8 || i % 4 == 0)];
            int right = 0;
            for (int i = 0; i < reference.Window; i++)
            {
                DriftRow row = Draw(rows, random);
                Add(monitor, row);
                right += row.IsRight ? 1 : 0;
            }

            DriftAccuracy accuracy = monitor.Read().Accuracy!;
            double truth = (double)right / reference.Window;
            inside += truth >= accuracy.Low && truth <= accuracy.High ? 1 : 0;
            width += accuracy.High - accuracy.Low;
        }

        Print($"{inside} of {Windows} inside an interval that is {width / Windows:P1} wide");
        inside.ShouldBeGreaterThanOrEqualTo((int)(Windows * 0.9));
        (width / Windows).ShouldBeLessThan(0.1, "an interval from 0 to 1 would always be right");
    }

    /// <summary>After how many texts of another kind there is an alarm; <see cref="int.MaxValue"/> for none within the limit.</summary>
    private int Find(DecidedTexts texts, int seed, Random random, Func<DriftRow> next)
    {
        DriftReference reference = texts.Reference(1 + (seed % References));
        var monitor = new DriftMonitor(reference);
        int quiet = reference.Window + random.Next(reference.Step);
        for (int i = 0; i < quiet; i++)
        {
            Add(monitor, Draw(texts.Rows, random)).ShouldBeEmpty("nothing has changed yet");
        }

        for (int i = 1; i <= Limit; i++)
        {
            if (Add(monitor, next()) is { Count: > 0 } alarms)
            {
                Print($"after {i}: {string.Join(", ", alarms)}");
                return i;
            }
        }

        Print($"not found: {string.Join(", ", monitor.Read().Readings)}");
        return int.MaxValue;
    }

    private void Print(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static DriftRow Draw(DriftRow[] rows, Random random) => rows[random.Next(rows.Length)];

    private static IReadOnlyList<DriftChange> Add(DriftMonitor monitor, DriftRow row) => monitor.Add(row.Label, row.Confidence, row.Tokens, row.Scores);
}
