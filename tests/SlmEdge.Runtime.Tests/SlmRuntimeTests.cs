using SlmEdge.Bundles;
using SlmEdge.Runtime.Classification;
using SlmEdge.Tasks;

namespace SlmEdge.Runtime.Tests;

public sealed class SlmRuntimeTests
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_bundle_runs_from_a_file_and_from_a_folder(bool asFolder)
    {
        using var bundle = TinyBundle.Create(asFolder: asFolder);
        using var runtime = bundle.Open();
        runtime.Engine.ShouldBe("llama");
        runtime.File.ShouldBe("gguf/model.gguf");
        runtime.PromptSha256.ShouldBe(runtime.Manifest.PromptSha256);
        runtime.Classifier.Labels.ShouldBe(TinyBundle.Labels);
        (await runtime.Classifier.ClassifyAsync("A dog.")).Label.ShouldBeOneOf(TinyBundle.Labels);
    }

    [SkippableFact]
    public void A_bundle_whose_model_was_changed_is_refused()
    {
        using var bundle = TinyBundle.Create(asFolder: true);
        var model = Path.Combine(bundle.Path, "gguf", "model.gguf");
        using (var stream = new FileStream(model, FileMode.Open, FileAccess.ReadWrite))
        {
            stream.Seek(-1, SeekOrigin.End);
            var last = stream.ReadByte();
            stream.Seek(-1, SeekOrigin.End);
            stream.WriteByte((byte)(last ^ 1));
        }

        Should.Throw<BundleException>(() => bundle.Open()).Message.ShouldContain("model.gguf");
    }

    [SkippableFact]
    public void A_prompt_other_than_the_tested_one_is_refused()
    {
        using var bundle = TinyBundle.Create(change: manifest => manifest with { PromptSha256 = new string('c', 64) });
        Should.Throw<RuntimeException>(() => bundle.Open()).Message.ShouldContain("cccccccccccc");
    }

    [SkippableFact]
    public void An_engine_or_file_that_the_bundle_lacks_is_an_error_that_names_what_it_has()
    {
        using var bundle = TinyBundle.Create();
        Should.Throw<RuntimeException>(() => bundle.Open(new RuntimeOptions { Engine = EngineChoice.Onnx })).Message.ShouldContain("gguf/model.gguf (llama)");
        Should.Throw<RuntimeException>(() => bundle.Open(new RuntimeOptions { File = "gguf/other.gguf" })).Message.ShouldContain("gguf/model.gguf (llama)");
        using var chosen = bundle.Open(new RuntimeOptions { Engine = EngineChoice.Llama, File = "gguf/model.gguf" });
        chosen.File.ShouldBe("gguf/model.gguf");
    }

    [SkippableFact]
    public void A_bundle_without_a_recommendation_runs_its_first_model()
    {
        using var bundle = TinyBundle.Create(change: manifest => manifest with { Recommended = null });
        using var runtime = bundle.Open();
        runtime.File.ShouldBe("gguf/model.gguf");
        SlmRuntime.ListModels(runtime.Manifest).ShouldBe([(EngineChoice.Llama, "gguf/model.gguf")]);
    }

    [SkippableFact]
    public void A_context_too_short_for_the_instruction_is_refused()
    {
        using var bundle = TinyBundle.Create();
        Should.Throw<Exception>(() => bundle.Open(new RuntimeOptions { ContextLength = 8 })).ShouldBeOfType<RuntimeException>().Message.ShouldContain("context");
    }

    [Theory]
    [InlineData(-1, 512, 64, 10, null)]
    [InlineData(0, 0, 64, 10, null)]
    [InlineData(0, 512, 0, 10, null)]
    [InlineData(0, 512, 257, 10, null)]
    [InlineData(0, 512, 64, 0, null)]
    [InlineData(0, 512, 64, 10, 1.5)]
    [InlineData(0, 512, 64, 10, double.NaN)]
    public void Options_out_of_range_are_refused_before_anything_is_opened(int threads, int batchTokens, int batchTexts, int queue, double? abstain) =>
        Should.Throw<ArgumentOutOfRangeException>(() => SlmRuntime.Open("nowhere.slmb", new RuntimeOptions
        {
            Threads = threads,
            BatchTokens = batchTokens,
            BatchTexts = batchTexts,
            QueueCapacity = queue,
            AbstainBelow = abstain,
        }));

    [SkippableFact]
    public async Task Golden_examples_pass_where_the_model_decides_as_tested_and_fail_where_not()
    {
        var texts = TinyBundle.Texts;
        IReadOnlyList<Decision> decisions;
        using (var plain = TinyBundle.Create())
        using (var runtime = plain.Open())
        {
            decisions = await runtime.Classifier.ClassifyAsync(texts);
        }

        using var bundle = TinyBundle.Create(change: manifest => manifest with
        {
            Golden =
            [
                new GoldenExample(texts[0], decisions[0].Label!, decisions[0].Confidence, 0.01),
                new GoldenExample(texts[1], decisions[1].Label!, Math.Max(0, decisions[1].Confidence - 0.1), 0.01),
                new GoldenExample(texts[2], decisions[2].Scores[1].Label, decisions[2].Scores[1].Probability, 0.01),
            ],
        });
        using var verified = bundle.Open();
        var golden = await verified.VerifyGoldenAsync();
        golden.Select(result => result.Passed).ShouldBe([true, false, false]);
        golden[2].Probability.ShouldBe(decisions[2].Scores[1].Probability, 0.01);
    }

    [SkippableFact]
    public async Task Golden_examples_pass_whatever_threshold_the_device_abstains_at()
    {
        using var bundle = TinyBundle.Create();
        string label;
        double confidence;
        using (var runtime = bundle.Open())
        {
            var decision = await runtime.Classifier.ClassifyAsync(TinyBundle.Texts[0]);
            (label, confidence) = (decision.Label!, decision.Confidence);
        }

        using var golden = TinyBundle.Create(change: manifest => manifest with { Golden = [new GoldenExample(TinyBundle.Texts[0], label, confidence, 0.01)] });
        using var strict = golden.Open(new RuntimeOptions { AbstainBelow = 1 });
        (await strict.VerifyGoldenAsync()).Single().Passed.ShouldBeTrue();
    }

    [SkippableFact]
    public async Task Disposal_while_requests_run_answers_each_with_a_typed_error_or_its_decision()
    {
        using var bundle = TinyBundle.Create(Verbalizer.Name);
        var runtime = bundle.Open(new RuntimeOptions { BatchTexts = 2 });
        var requests = Enumerable.Range(0, 200).Select(i => runtime.Classifier.ClassifyAsync($"Story {i}. {TinyBundle.Texts[i % 8]}")).ToArray();
        await requests[0];
        runtime.Dispose();
        var stopped = 0;
        foreach (var request in requests)
        {
            try
            {
                (await request).Scores.Count.ShouldBe(TinyBundle.Labels.Length);
            }
            catch (RuntimeStoppedException)
            {
                stopped++;
            }
        }

        stopped.ShouldBeGreaterThan(0);
        await Should.ThrowAsync<RuntimeStoppedException>(() => runtime.Classifier.ClassifyAsync("A dog."));
        await Should.ThrowAsync<RuntimeStoppedException>(() => runtime.Classifier.ClassifyAsync(["A dog.", "A cat."]));
        runtime.Dispose();
    }
}
