using System.Text;
using System.Text.Json;
using SlmEdge.Bundles.Drift;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Tests.Adapters;
using SlmEdge.Tasks;
using SlmEdge.Worker.Adapters;
using SlmEdge.Worker.Tests.Http;

namespace SlmEdge.Worker.Tests.Drift;

/// <summary>What is watched beside the decisions of a bundle's own model: documents that are written, and what adapters decide.</summary>
public sealed class WatchedAnswersTests
{
    private static readonly string[] Parts = ["pump", "brake", "engine", "battery", "hose", "filter", "seal", "pads"];
    private static readonly string[] Faults = ["leaks oil", "flat", "worn", "does not start", "new pads fitted", "cleaned"];

    [Fact]
    public async Task Documents_are_compared_by_text_and_length_and_no_accuracy_is_made_up()
    {
        var lengths = new List<int>();
        using (var plain = new WritingBundle(TaskKind.Extract))
        {
            using var runtime = plain.Open();
            foreach (var text in Usual(80, seed: 1))
            {
                var result = await runtime.Extractor.ExtractAsync(text);
                result.TextTokens.ShouldBeNull("there is nothing to compare them with");
                lengths.Add(result.Usage.AnswerTokens);
            }
        }

        var bundle = new WritingBundle(
            TaskKind.Extract,
            reference: tokenizer => DriftReferenceBuilder.Create([.. Usual(80, seed: 1).Select((text, i) => new DriftAnswer(tokenizer.Encode(text), lengths[i]))], [], WatchedBundle.Options));
        await using var service = await RunningService.StartAsync(bundle);
        await ExtractAsync(service, Usual(80, seed: 2));
        var before = await ReadAsync(service);
        before.GetProperty("texts").GetInt64().ShouldBe(80);
        before.GetProperty("alarms").GetArrayLength().ShouldBe(0);
        before.GetProperty("statistics").EnumerateArray().Select(statistic => statistic.GetProperty("name").GetString())
            .ShouldBe(["tokens", "length", "unknownTokens", "newTokens", "answerLength", "unfinishedAnswers"]);
        foreach (var absent in new[] { "accuracy", "referenceAccuracy", "labels" })
        {
            before.TryGetProperty(absent, out _).ShouldBeFalse(absent);
        }

        await ExtractAsync(service, [.. Enumerable.Range(0, 60).Select(i => $"Zylinder {i} undicht, Schlauch tauschen!")]);
        (await ReadAsync(service)).GetProperty("alarms").EnumerateArray().Select(alarm => alarm.GetProperty("statistic").GetString()).ShouldContain("tokens");
        var metrics = await service.Client.GetStringAsync("/metrics");
        metrics.ShouldContain("slm_edge_drift_alarm{statistic=\"tokens\"} 1\n");
        metrics.ShouldNotContain("slm_edge_accuracy_estimate");
    }

    [Fact]
    public async Task An_adapter_is_compared_with_its_own_reference_and_one_without_is_counted_as_left_out()
    {
        var model = new AdaptedModel();
        DriftReference reference;
        using (var runtime = model.Open())
        {
            await runtime.Adapters.LoadAsync(model.AdapterBundle(1, "plain"));
            var decisions = await runtime.Classifier.ClassifyAsync(Usual(100, seed: 1), new ClassificationOptions { Adapter = "plain" });
            reference = DriftReferenceBuilder.Create([.. decisions.Select(Row)], AdaptedModel.Labels.Length, [], WatchedBundle.Options);
        }

        model.AdapterBundle(1, "watched", reference: reference);
        model.AdapterBundle(2, "bare");
        await using var service = await RunningService.StartAsync(model, new WorkerOptions { Adapters = new AdapterServing { Folder = model.Folder } });
        foreach (var (name, file) in new[] { ("watched", "watched-1-1.slmb"), ("bare", "bare-1-2.slmb") })
        {
            using var body = new StringContent($$"""{"file":"{{file}}"}""", Encoding.UTF8, "application/json");
            (await service.Client.PutAsync(new Uri($"/v1/adapters/{name}", UriKind.Relative), body)).EnsureSuccessStatusCode();
        }

        await ClassifyAsync(service, "watched", Usual(70, seed: 2));
        await ClassifyAsync(service, "bare", Usual(7, seed: 3));
        await ClassifyAsync(service, null, Usual(5, seed: 4));
        var before = await ReadAsync(service);
        before.GetProperty("reference").GetBoolean().ShouldBeFalse("the base has none");
        before.GetProperty("leftOut").GetInt64().ShouldBe(7);
        var watched = before.GetProperty("adapters").EnumerateArray().ShouldHaveSingleItem();
        watched.GetProperty("adapter").GetString().ShouldBe("watched");
        watched.GetProperty("texts").GetInt64().ShouldBe(70);
        watched.GetProperty("statistics").EnumerateArray().ShouldAllBe(statistic => !statistic.GetProperty("alarm").GetBoolean());
        watched.GetProperty("accuracy").GetProperty("estimate").GetDouble().ShouldBeInRange(0, 1);
        await ClassifyAsync(service, "watched", [.. Enumerable.Range(0, 60).Select(i => $"Zylinder {i} undicht, Schlauch tauschen!")]);
        var alarms = (await ReadAsync(service)).GetProperty("alarms").EnumerateArray().ToList();
        alarms.ShouldNotBeEmpty();
        alarms.ShouldAllBe(alarm => alarm.GetProperty("adapter").GetString() == "watched");
        var metrics = await service.Client.GetStringAsync("/metrics");
        metrics.ShouldContain("slm_edge_drift_left_out_total 7\n");
        metrics.ShouldContain("slm_edge_drift_alarm{statistic=\"tokens\",adapter=\"watched\"} 1\n");

        static DriftRow Row(Decision decision) => new(Array.IndexOf(AdaptedModel.Labels, decision.Scores[0].Label), decision.Confidence, true, decision.Tokens)
        {
            Scores = [.. decision.Scores.Select(score => new DriftScore(Array.IndexOf(AdaptedModel.Labels, score.Label), score.Probability))],
        };
    }

    private static string[] Usual(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => $"the {Parts[random.Next(8)]} {Faults[random.Next(6)]}, the {Parts[random.Next(8)]} {Faults[random.Next(6)]}")];
    }

    private static async Task ExtractAsync(RunningService service, string[] texts)
    {
        foreach (var text in texts)
        {
            (await service.PostTo("/v1/extract", JsonSerializer.Serialize(new { text }))).EnsureSuccessStatusCode();
        }
    }

    private static async Task ClassifyAsync(RunningService service, string? adapter, string[] texts)
    {
        foreach (var text in texts)
        {
            (await service.PostTo("/v1/classify", adapter is null ? JsonSerializer.Serialize(new { text }) : JsonSerializer.Serialize(new { text, adapter }))).EnsureSuccessStatusCode();
        }
    }

    private static async Task<JsonElement> ReadAsync(RunningService service) => JsonElement.Parse(await service.Client.GetByteArrayAsync(new Uri("/v1/drift", UriKind.Relative)));
}
