using SlmEdge.Bundles.Drift;
using Xunit.Abstractions;

namespace SlmEdge.Export.Tests.Drift;

public sealed class DriftDetectionTests(ITestOutputHelper output)
{
    [SkippableFact]
    public void Two_hundred_weeks_of_the_same_texts_raise_no_more_alarms_than_stated()
    {
        DecidedTexts texts = DecidedTexts.Load();
        output.WriteLine(texts.ToString());
        int weeks = 0;
        int alarmed = 0;
        double stated = 0;
        for (int seed = 1; seed <= 5; seed++)
        {
            DriftReference reference = texts.Reference(1000, seed);
            stated = reference.FalseAlarms.Rate;
            output.WriteLine($"{seed}: observed {reference.FalseAlarms.Observed}, bytes {reference.ToUtf8().Length}");
            var random = new Random(100 + seed);
            for (int week = 0; week < 40; week++, weeks++)
            {
                var monitor = new DriftMonitor(reference);
                var alarms = new List<DriftChange>();
                for (int i = 0; i < reference.FalseAlarms.Texts; i++)
                {
                    alarms.AddRange(Add(monitor, texts.Rows[random.Next(texts.Rows.Length)]));
                }

                alarmed += alarms.Count > 0 ? 1 : 0;
                output.WriteLine(string.Join(", ", alarms.Select(alarm => $"{alarm.Statistic} {alarm.Value:0.0}>{alarm.Threshold:0.0}")));
            }
        }

        output.WriteLine($"{alarmed} of {weeks} weeks");
        ((double)alarmed / weeks).ShouldBeLessThanOrEqualTo(stated);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(38)]
    public void An_intent_mix_shifted_by_a_fifth_is_found_within_500_texts(int intents)
    {
        DecidedTexts texts = DecidedTexts.Load();
        for (int seed = 1; seed <= 10; seed++)
        {
            var random = new Random(seed);
            int[] all = [.. Enumerable.Range(0, texts.LabelCount)];
            random.Shuffle(all);
            DriftRow[] some = [.. texts.Rows.Where((_, i) => all[..intents].Contains(texts.True[i]))];
            DriftRow[] others = [.. texts.Rows.Where((_, i) => !all[..intents].Contains(texts.True[i]))];
            double share = ((double)some.Length / texts.Rows.Length) + 0.2;
            Found(texts.Reference(1000, seed), random, texts.Rows, () => random.NextDouble() < share ? Draw(some, random) : Draw(others, random));
        }

        found.ShouldBeTrue();
    }

    [SkippableTheory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    [InlineData(0.2)]
    public void A_new_vocabulary_is_found_within_500_texts(double share)
    {
        DecidedTexts texts = DecidedTexts.Load();
        for (int seed = 1; seed <= 10; seed++)
        {
            var random = new Random(seed);
            Found(texts.Reference(1000, seed), random, texts.Rows, () => Draw(random.NextDouble() < share ? texts.OtherRows : texts.Rows, random));
        }

        found.ShouldBeTrue();
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
            var monitor = new DriftMonitor(References(texts, window % 5));
            var random = new Random(window);
            int right = 0;
            for (int i = 0; i < 500; i++)
            {
                DriftRow row = Draw(texts.Rows, random);
                Add(monitor, row);
                right += row.IsRight ? 1 : 0;
            }

            DriftAccuracy accuracy = monitor.Read().Accuracy!;
            inside += right / 500.0 >= accuracy.Low && right / 500.0 <= accuracy.High ? 1 : 0;
            width += accuracy.High - accuracy.Low;
        }

        output.WriteLine($"{inside} of {Windows} inside, width {width / Windows:P1}");
        inside.ShouldBeInRange((int)(Windows * 0.9), Windows - 1);
    }

    private readonly Dictionary<int, DriftReference> references = [];

    private DriftReference References(DecidedTexts texts, int seed) =>
        references.TryGetValue(seed, out DriftReference? known) ? known : references[seed] = texts.Reference(1000, seed, 20);

    private void Found(DriftReference reference, Random random, DriftRow[] before, Func<DriftRow> after)
    {
        var monitor = new DriftMonitor(reference);
        int quiet = reference.Window + random.Next(reference.Step);
        for (int i = 0; i < quiet; i++)
        {
            Add(monitor, Draw(before, random)).ShouldBeEmpty();
        }

        for (int i = 1; i <= 500; i++)
        {
            if (Add(monitor, after()) is { Count: > 0 } alarms)
            {
                output.WriteLine($"after {i}: {string.Join(", ", alarms.Select(alarm => $"{alarm.Statistic} {alarm.Value:0.0}>{alarm.Threshold:0.0}"))}");
                return;
            }
        }

        output.WriteLine("not found: " + string.Join(", ", monitor.Read().Readings.Select(alarm => $"{alarm.Statistic} {alarm.Value:0.0}<{alarm.Threshold:0.0} usual {alarm.Usual:0.0}")));
        found = false;
    }

    private bool found = true;

    private static DriftRow Draw(DriftRow[] rows, Random random) => rows[random.Next(rows.Length)];

    private static IReadOnlyList<DriftChange> Add(DriftMonitor monitor, DriftRow row) => monitor.Add(row.Label, row.Confidence, row.Tokens);
}
