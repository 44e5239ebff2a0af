using System.Collections.Concurrent;
using System.Diagnostics;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Runtime.Tests.Adapters;

/// <summary>Adapters over a running model: what they compute, and what a change does to requests under way.</summary>
public sealed class AdapterCollectionTests : IDisposable
{
    private readonly AdaptedModel model = new();

    public void Dispose() => model.Dispose();

    [Fact]
    public async Task A_loaded_adapter_decides_as_a_model_that_was_opened_with_it_and_as_the_merged_one()
    {
        using var runtime = model.Open();
        var info = await runtime.Adapters.LoadAsync(model.AdapterBundle(1, "billing", "2.1"));
        info.ShouldSatisfyAllConditions(
            () => info.Name.ShouldBe("billing"), () => info.Version.ShouldBe("2.1"), () => info.SizeBytes.ShouldBe(2 * 2 * 4 * 64 * 4));
        using var own = model.Open(model.WithOwn(1));
        using var merged = model.Open(model.Merged(1));
        foreach (var text in AdaptedModel.Texts)
        {
            var plain = await runtime.Classifier.ClassifyAsync(text);
            var decision = await runtime.Classifier.ClassifyAsync(text, new ClassificationOptions { Adapter = "billing" });
            decision.Adapter.ShouldBe(new AdapterVersion("billing", "2.1"));
            plain.Adapter.ShouldBeNull();
            decision.BundleName.ShouldBe("host");
            decision.Scores.ShouldBe((await own.Classifier.ClassifyAsync(text)).Scores, "the same bits");
            decision.Scores.ShouldNotBe(plain.Scores);
            var expected = (await merged.Classifier.ClassifyAsync(text)).Scores.ToDictionary(score => score.Label, score => score.Probability);
            foreach (var score in decision.Scores)
            {
                score.Probability.ShouldBe(expected[score.Label], 2e-3);
            }
        }
    }

    [Fact]
    public async Task Under_load_every_answer_is_of_exactly_one_version_and_none_fails_while_versions_change()
    {
        var expected = new[] { await model.ScoresWithOwnAsync(1), await model.ScoresWithOwnAsync(2) };
        var versions = new[] { model.AdapterBundle(1, "billing", "1"), model.AdapterBundle(2, "billing", "2") };
        using var runtime = model.Open();
        await runtime.Adapters.LoadAsync(versions[0]);
        var seen = new ConcurrentDictionary<string, int>();
        var swaps = 0;
        var stop = false;
        var clients = Enumerable.Range(0, 64).Select(client => Task.Run(async () =>
        {
            for (var i = client; !Volatile.Read(ref stop); i++)
            {
                var text = i % AdaptedModel.Texts.Length;
                var decision = await runtime.Classifier.ClassifyAsync(AdaptedModel.Texts[text], new ClassificationOptions { Adapter = "billing" });
                var version = decision.Adapter!.Version;
                decision.Scores.ShouldBe(expected[int.Parse(version, System.Globalization.CultureInfo.InvariantCulture) - 1][text]);
                seen.AddOrUpdate(version, 1, (_, count) => count + 1);
            }
        })).ToArray();
        for (; swaps < 6; swaps++)
        {
            await runtime.Adapters.LoadAsync(versions[(swaps + 1) % 2]);

            // Each version answers before it goes.
            var before = seen.Values.Sum();
            while (seen.Values.Sum() < before + 64 && !clients.Any(client => client.IsFaulted))
            {
                await Task.Yield();
            }
        }

        Volatile.Write(ref stop, true);
        await Task.WhenAll(clients);
        seen.Keys.Order().ShouldBe(["1", "2"]);
        runtime.Adapters.List().ShouldHaveSingleItem().Version.ShouldBe("1");
    }

    [Fact]
    public async Task An_unloaded_adapter_answers_those_that_hold_it_and_is_freed_after_the_last()
    {
        using var runtime = model.Open();
        await runtime.Adapters.LoadAsync(model.AdapterBundle(1, "billing"));
        Task freed;
        using (var lease = runtime.Adapters.Begin("billing"))
        {
            freed = runtime.Adapters.UnloadAsync("billing");
            var error = await Should.ThrowAsync<AdapterException>(() => runtime.Classifier.ClassifyAsync("oil", new ClassificationOptions { Adapter = "billing" }));
            error.Refusal.ShouldBe(AdapterRefusal.UnknownName);
            (await lease.Classifier.ClassifyAsync("oil")).Adapter!.Name.ShouldBe("billing");
            freed.IsCompleted.ShouldBeFalse();
        }

        await freed;
        runtime.Adapters.List().ShouldBeEmpty();
        (await runtime.Classifier.ClassifyAsync("oil")).Adapter.ShouldBeNull();
    }

    [Fact]
    public async Task Loading_and_unloading_again_and_again_leaves_no_memory_behind()
    {
        // 8 MiB of factors each time.
        var path = Path.Combine(model.Folder, "large.gguf");
        new Engines.Tests.RandomLlama(seed: 5).WriteAdapter(path, rank: 8192, alpha: 1, writer => AdaptedModel.Identity("large", "1").Apply(writer));
        using var runtime = model.Open();
        long after = 0;
        for (var i = 0; i < 24; i++)
        {
            var info = await runtime.Adapters.LoadAsync(path);
            info.SizeBytes.ShouldBe(8 << 20);
            (await runtime.Classifier.ClassifyAsync("oil", new ClassificationOptions { Adapter = "large" })).Adapter!.Name.ShouldBe("large");
            await runtime.Adapters.UnloadAsync("large");
            if (i == 3)
            {
                after = Environment.WorkingSet;
            }
        }

        (Environment.WorkingSet - after).ShouldBeLessThan(80L << 20, "20 adapters left behind would be 160 MiB");
    }

    [Fact]
    public async Task Scores_are_the_same_bits_alone_and_between_the_requests_of_other_adapters()
    {
        var alone = new[] { await model.ScoresWithOwnAsync(0), await model.ScoresWithOwnAsync(1), await model.ScoresWithOwnAsync(2) };
        using var runtime = model.Open();
        runtime.IsDeterministic.ShouldBeTrue();
        await runtime.Adapters.LoadAsync(model.AdapterBundle(1, "a"));
        await runtime.Adapters.LoadAsync(model.AdapterBundle(2, "b"));
        string?[] names = [null, "a", "b"];
        var requests = Enumerable.Range(0, 200).Select(i => (Adapter: i % 3, Text: i * 7 % AdaptedModel.Texts.Length)).ToArray();
        var decisions = await Task.WhenAll(requests.Select(request =>
            runtime.Classifier.ClassifyAsync(AdaptedModel.Texts[request.Text], new ClassificationOptions { Adapter = names[request.Adapter] })));
        for (var i = 0; i < requests.Length; i++)
        {
            decisions[i].Scores.ShouldBe(alone[requests[i].Adapter][requests[i].Text], $"request {i}");
        }
    }

    [Fact]
    public async Task An_adapter_with_a_task_of_its_own_decides_among_its_own_labels()
    {
        using var runtime = model.Open();
        var info = await runtime.Adapters.LoadAsync(model.AdapterBundle(1, "urgency", labels: AdaptedModel.OtherLabels));
        using var lease = runtime.Adapters.Begin("urgency");
        lease.Classifier.Labels.ShouldBe(AdaptedModel.OtherLabels);
        var decision = await runtime.Classifier.ClassifyAsync("oil", new ClassificationOptions { Adapter = "urgency" });
        decision.Scores.Select(score => score.Label).Order().ShouldBe(AdaptedModel.OtherLabels.Order());
        decision.PromptSha256.ShouldBe(info.PromptSha256);
        decision.PromptSha256.ShouldNotBe(runtime.PromptSha256);
        Should.Throw<RuntimeException>(() => lease.Generator).Message.ShouldContain("'urgency'");
    }

    [Fact]
    public async Task An_adapter_without_a_bundle_answers_the_task_of_the_models_bundle()
    {
        var expected = await model.ScoresWithOwnAsync(1);
        using var runtime = model.Open();
        var info = await runtime.Adapters.LoadAsync(model.AdapterFile(1), new AdapterLoadOptions { Name = "other" });
        info.Name.ShouldBe("other");
        for (var i = 0; i < expected.Length; i++)
        {
            (await runtime.Classifier.ClassifyAsync(AdaptedModel.Texts[i], new ClassificationOptions { Adapter = "other" })).Scores.ShouldBe(expected[i]);
        }
    }

    [Fact]
    public async Task Answers_are_written_by_the_adapter_that_is_asked_for_and_begin_with_nothing_of_another()
    {
        using var writing = new AdaptedModel(TaskKind.Generate);
        using var runtime = writing.Open();
        await runtime.Adapters.LoadAsync(writing.AdapterBundle(1, "a"));
        await runtime.Adapters.LoadAsync(writing.AdapterBundle(2, "b"));
        var options = new GenerationOptions { MaxTokens = 12 };
        var expected = new Dictionary<string, string>();
        foreach (var (name, adapter) in new[] { ("", 0), ("a", 1), ("b", 2) })
        {
            using var own = writing.Open(writing.WithOwn(adapter));
            expected[name] = (await own.Generator.GenerateAsync(AdaptedModel.Texts[0], options)).Text;
        }

        expected.Values.Distinct().Count().ShouldBe(3);
        for (var round = 0; round < 2; round++)
        {
            foreach (var name in new[] { "", "a", "b" })
            {
                var answer = await runtime.Generator.GenerateAsync(AdaptedModel.Texts[0], options with { Adapter = name.Length == 0 ? null : name });
                answer.Text.ShouldBe(expected[name]);
                answer.Adapter?.Name.ShouldBe(name);
                (answer.Usage.CachedTokens > 0).ShouldBe(round > 0, "only what the same adapter evaluated");
            }
        }

        GeneratedText? streamed = null;
        await foreach (var update in runtime.Generator.StreamAsync(AdaptedModel.Texts[0], options with { Adapter = "b" }))
        {
            streamed = update.Result ?? streamed;
        }

        streamed!.Text.ShouldBe(expected["b"]);
        await runtime.Adapters.UnloadAsync("b");
    }

    [Fact]
    public async Task A_conversation_ends_on_the_version_that_it_began_with()
    {
        using var chatting = new AdaptedModel(TaskKind.Chat);
        using var runtime = chatting.Open();
        await runtime.Adapters.LoadAsync(chatting.AdapterBundle(1, "helper", "1"));
        var options = new GenerationOptions { MaxTokens = 6 };
        using (var lease = runtime.Adapters.Begin("helper"))
        {
            var session = lease.Chat.StartSession();
            (await session.SendAsync("oil", options)).Adapter!.Version.ShouldBe("1");
            await runtime.Adapters.LoadAsync(chatting.AdapterBundle(2, "helper", "2"));
            (await session.SendAsync("pump", options)).Adapter!.Version.ShouldBe("1");
        }

        (await runtime.Chat.RespondAsync([new ChatMessage("user", "oil")], options with { Adapter = "helper" })).Adapter!.Version.ShouldBe("2");
    }

    [Fact]
    public async Task Disposal_ends_requests_and_pending_unloads()
    {
        var runtime = model.Open();
        await runtime.Adapters.LoadAsync(model.AdapterBundle(1, "billing"));
        var lease = runtime.Adapters.Begin("billing");
        var unloading = runtime.Adapters.UnloadAsync("billing");
        runtime.Dispose();
        await Should.ThrowAsync<RuntimeStoppedException>(() => lease.Classifier.ClassifyAsync("oil"));
        lease.Dispose();
        await unloading;
        await Should.ThrowAsync<RuntimeStoppedException>(() => runtime.Adapters.LoadAsync(model.AdapterBundle(1, "billing")));
    }
}
