using System.Text;
using System.Text.Json;
using SlmEdge.Bundles;
using SlmEdge.Runtime.Classification;
using SlmEdge.Tasks;

namespace SlmEdge.Runtime.Tests;

public sealed class DecisionRulesTests
{
    private static readonly string[][] Groups = [["feeling"], ["feeling"], ["world", "nature"], ["world", "nature"], ["world"]];

    [SkippableFact]
    public async Task A_label_set_holds_the_best_label_and_every_label_above_the_bundles_threshold()
    {
        double second;
        using (var plain = TinyBundle.Create())
        using (var first = plain.Open())
        {
            // Such that some sets hold the second label and some do not.
            second = (await first.Classifier.ClassifyAsync(TinyBundle.Texts)).Select(decision => decision.Scores[1].Probability).Order().ElementAt(TinyBundle.Texts.Count / 2);
        }

        using var bundle = TinyBundle.Create(change: manifest => manifest with
        {
            Calibration = new BundleCalibration(1) { Conformal = [new ConformalThreshold(0.9, second - 0.001), new ConformalThreshold(0.99, 0)] },
        });
        using var runtime = bundle.Open(new RuntimeOptions { Coverage = 0.9 });
        var sizes = new HashSet<int>();
        foreach (var decision in await runtime.Classifier.ClassifyAsync(TinyBundle.Texts))
        {
            decision.Coverage.ShouldBe(0.9);
            decision.LabelSet.ShouldBe(decision.Scores.Where((score, rank) => rank == 0 || score.Probability >= second - 0.001).Select(score => score.Label));
            sizes.Add(decision.LabelSet!.Count);
        }

        sizes.Count.ShouldBeGreaterThan(1);
        using var sure = bundle.Open(new RuntimeOptions { Coverage = 0.99 });
        (await sure.Classifier.ClassifyAsync(TinyBundle.Texts[0])).LabelSet!.Count.ShouldBe(TinyBundle.Labels.Length);
    }

    [SkippableFact]
    public void A_coverage_that_the_bundle_is_not_calibrated_for_is_refused_with_those_it_has()
    {
        using var bundle = TinyBundle.Create(change: manifest => manifest with { Calibration = new BundleCalibration(1) { Conformal = [new ConformalThreshold(0.9, 0.15)] } });
        Should.Throw<RuntimeException>(() => bundle.Open(new RuntimeOptions { Coverage = 0.5 })).Message.ShouldContain("it has 0.9");
    }

    [SkippableFact]
    public async Task A_label_threshold_gives_every_label_that_reaches_it_and_abstains_with_none()
    {
        using var bundle = TinyBundle.Create();
        using var runtime = bundle.Open(new RuntimeOptions { LabelThreshold = 0.2 });
        foreach (var decision in await runtime.Classifier.ClassifyAsync(TinyBundle.Texts))
        {
            decision.Labels!.ShouldBe(decision.Scores.Where(score => score.Probability >= 0.2));
            decision.Label.ShouldBe(decision.Labels!.Count == 0 ? null : decision.Scores[0].Label);
        }

        using var strict = bundle.Open(new RuntimeOptions { LabelThreshold = 0.999 });
        var none = await strict.Classifier.ClassifyAsync(TinyBundle.Texts[0]);
        none.Label.ShouldBeNull();
        none.Labels!.ShouldBeEmpty();
        none.AbstentionReason!.ShouldContain("0.999");
    }

    [SkippableFact]
    public async Task Groups_carry_the_sum_of_their_labels()
    {
        using var bundle = Grouped();
        using var runtime = bundle.Open();
        foreach (var decision in await runtime.Classifier.ClassifyAsync(TinyBundle.Texts))
        {
            var label = Array.IndexOf(TinyBundle.Labels, decision.Label);
            decision.Groups.Select(group => group.Label).ShouldBe(Groups[label]);
            for (var level = 0; level < decision.Groups.Count; level++)
            {
                var within = Enumerable.Range(0, Groups.Length).Where(other => Groups[other].Take(level + 1).SequenceEqual(Groups[label].Take(level + 1)));
                decision.Groups[level].Probability.ShouldBe(within.Sum(other => decision.Scores.Single(score => score.Label == TinyBundle.Labels[other]).Probability), 1e-6);
            }
        }
    }

    [SkippableFact]
    public async Task An_uncertain_label_still_names_the_certain_group()
    {
        using var bundle = Grouped();
        using var runtime = bundle.Open();
        var free = await runtime.Classifier.ClassifyAsync(TinyBundle.Texts);
        var widest = free.Select(decision => Sum(decision, "world")).ToArray();

        // Between the likeliest label and the likeliest department, so that only the latter is sure enough.
        var text = Enumerable.Range(0, free.Count).First(i => widest[i] > free[i].Confidence + 0.05 && widest[i] > 0.5);
        using var strict = bundle.Open(new RuntimeOptions { AbstainBelow = widest[text] - 0.01 });
        var decision = await strict.Classifier.ClassifyAsync(TinyBundle.Texts[text]);
        decision.Label.ShouldBeNull();
        decision.Groups[0].Label.ShouldBe("world");
        decision.Groups[0].Probability.ShouldBe(widest[text], 1e-3);

        static double Sum(Decision decision, string group) =>
            decision.Scores.Where(score => Groups[Array.IndexOf(TinyBundle.Labels, score.Label)][0] == group).Sum(score => score.Probability);
    }

    [SkippableFact]
    public async Task Json_carries_labels_set_groups_and_details()
    {
        using var bundle = TinyBundle.Create(change: manifest => WithGroups(manifest) with { Calibration = new BundleCalibration(1) { Conformal = [new ConformalThreshold(0.9, 0.15)] } });
        using var runtime = bundle.Open(new RuntimeOptions { Coverage = 0.9, LabelThreshold = 0.1 });
        var decision = await runtime.Classifier.ClassifyAsync(TinyBundle.Texts[0]);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            DecisionJson.Write(writer, decision, top: 2, details: true);
        }

        var json = JsonDocument.Parse(Encoding.UTF8.GetString(stream.ToArray())).RootElement;
        json.GetProperty("scores").EnumerateObject().Count().ShouldBe(2);
        json.GetProperty("labels").EnumerateObject().Count().ShouldBe(decision.Labels!.Count);
        json.GetProperty("labelSet").GetArrayLength().ShouldBe(decision.LabelSet!.Count);
        json.GetProperty("coverage").GetDouble().ShouldBe(0.9);
        json.GetProperty("groups")[0].GetProperty("name").GetString().ShouldBe(decision.Groups[0].Label);
        json.GetProperty("details").GetProperty("promptSha256").GetString().ShouldBe(runtime.PromptSha256);
    }

    private static TinyBundle Grouped() => TinyBundle.Create(change: WithGroups);

    private static BundleManifest WithGroups(BundleManifest manifest) => manifest with
    {
        Task = manifest.Task with { Labels = [.. manifest.Task.Labels.Select((label, i) => label with { Groups = Groups[i] })] },
    };
}
