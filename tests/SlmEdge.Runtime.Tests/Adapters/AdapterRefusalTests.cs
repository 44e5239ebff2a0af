using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SlmEdge.Bundles;
using SlmEdge.Engines.Tests;
using SlmEdge.Formats.Gguf;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Tasks;

namespace SlmEdge.Runtime.Tests.Adapters;

/// <summary>What may not run beside a model, and how it is told.</summary>
public sealed class AdapterRefusalTests : IDisposable
{
    private static readonly string Other = new('c', 64);

    private readonly AdaptedModel model = new();

    public void Dispose() => model.Dispose();

    public static TheoryData<string, AdapterRefusal, string> Hashes => new()
    {
        { "base", AdapterRefusal.OtherBase, "base cccccccccccc…" },
        { "tokenizer", AdapterRefusal.OtherTokenizer, "tokenizer cccccccccccc…" },
        { "template", AdapterRefusal.OtherTemplate, "chat template cccccccccccc…" },
    };

    [Theory]
    [MemberData(nameof(Hashes))]
    public async Task A_bundle_of_another_base_tokenizer_or_template_is_refused(string what, AdapterRefusal refusal, string said)
    {
        using var runtime = model.Open();
        var error = await Refused(runtime, model.AdapterBundle(1, "billing", change: manifest => what switch
        {
            "base" => manifest with { Base = new BundleBase("other", Other) },
            "tokenizer" => manifest with { TokenizerSha256 = Other },
            _ => manifest with { TemplateSha256 = Other },
        }));
        error.Refusal.ShouldBe(refusal);
        error.Message.ShouldContain(said);
        error.Message.ShouldContain("'billing' 1");
        error.Message.ShouldContain("bundle 'host' 7");
    }

    [Fact]
    public async Task A_bundle_for_a_newer_engine_is_refused()
    {
        using var runtime = model.Open();
        var bundle = model.AdapterBundle(1, "billing", change: manifest => manifest with { Requires = new BundleRequirements { Llama = "99.0.0" } });
        (await Should.ThrowAsync<BundleRequirementException>(() => runtime.Adapters.LoadAsync(bundle))).Component.ShouldBe("llama.cpp");
        runtime.Adapters.List().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("base_sha256", AdapterRefusal.OtherBase)]
    [InlineData("tokenizer_sha256", AdapterRefusal.OtherTokenizer)]
    [InlineData("template_sha256", AdapterRefusal.OtherTemplate)]
    [InlineData("prompt_sha256", AdapterRefusal.OtherPrompt)]
    public async Task A_file_of_another_base_tokenizer_template_or_prompt_is_refused(string key, AdapterRefusal refusal)
    {
        using var runtime = model.Open();
        (await Refused(runtime, Write(writer => writer.Set("slmedge.adapter." + key, Other)))).Refusal.ShouldBe(refusal);
    }

    [Fact]
    public async Task A_file_that_does_not_say_what_it_was_trained_on_is_refused()
    {
        using var runtime = model.Open();
        var path = Path.Combine(model.Folder, "silent.gguf");
        new RandomLlama(seed: 5).WriteAdapter(path, 4, 8);
        var error = await Refused(runtime, path);
        error.Refusal.ShouldBe(AdapterRefusal.NotAnAdapter);
        error.Message.ShouldContain("slm-export adapter");
    }

    [Theory]
    [InlineData("blk.0.attn_q.weight", 64, 32, GgmlType.F32, "do not fit the model's")]
    [InlineData("blk.0.attn_q.weight", 32, 64, GgmlType.F32, "do not fit the model's")]
    [InlineData("blk.7.attn_q.weight", 64, 64, GgmlType.F32, "is no projection of the model")]
    [InlineData("token_embd.weight", 64, 64, GgmlType.F32, "is no projection of the model")]
    [InlineData("blk.0.attn_norm.weight", 64, 64, GgmlType.F32, "is no projection of the model")]
    [InlineData("blk.0.attn_q.weight", 64, 64, GgmlType.Q8_0, "has type Q8_0")]
    public async Task Factors_that_do_not_fit_the_model_are_refused_before_native_code_sees_them(string target, int inputs, int outputs, GgmlType type, string said)
    {
        using var runtime = model.Open();
        var error = await Refused(runtime, Write(null, target, inputs, outputs, type));
        error.Refusal.ShouldBe(AdapterRefusal.OtherShapes);
        error.Message.ShouldContain(said);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public async Task Factors_that_are_no_numbers_are_refused_because_they_would_spoil_the_shared_memory(float value)
    {
        using var runtime = model.Open();
        var error = await Refused(runtime, Write(null, value: value));
        error.Refusal.ShouldBe(AdapterRefusal.OtherShapes);
        error.Message.ShouldContain("no number");
    }

    [Fact]
    public async Task A_pair_without_its_partner_is_refused()
    {
        using var runtime = model.Open();
        (await Refused(runtime, Write(null, lone: true))).Message.ShouldContain("partner is missing");
    }

    [Fact]
    public async Task Where_trust_is_required_unsigned_and_foreign_adapters_are_refused_and_signed_ones_run()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var runtime = model.Open();
        var trust = new AdapterLoadOptions { TrustedKeys = [key] };
        (await Refused(runtime, model.AdapterFile(1), trust)).Refusal.ShouldBe(AdapterRefusal.Unsigned);
        (await Should.ThrowAsync<BundleException>(() => runtime.Adapters.LoadAsync(model.AdapterBundle(1, "unsigned"), trust))).Message.ShouldContain("not signed");
        (await Should.ThrowAsync<BundleException>(() => runtime.Adapters.LoadAsync(model.AdapterBundle(1, "foreign", key: stranger), trust)))
            .Message.ShouldContain("not made by a trusted key");
        var info = await runtime.Adapters.LoadAsync(model.AdapterBundle(1, "signed", key: key), trust);
        info.Signature.ShouldBe(BundleSignatureState.Trusted);
        runtime.Adapters.List().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_name_that_is_not_loaded_is_told_with_those_that_are()
    {
        using var runtime = model.Open();
        await runtime.Adapters.LoadAsync(model.AdapterBundle(1, "billing"));
        var error = await Should.ThrowAsync<AdapterException>(() => runtime.Classifier.ClassifyAsync("oil", new ClassificationOptions { Adapter = "biling" }));
        error.Refusal.ShouldBe(AdapterRefusal.UnknownName);
        error.Message.ShouldBe("No adapter 'biling' is loaded; there are billing.");
        Should.Throw<AdapterException>(() => { _ = runtime.Adapters.UnloadAsync("biling"); }).Refusal.ShouldBe(AdapterRefusal.UnknownName);
    }

    [Fact]
    public async Task A_model_with_its_training_merged_in_takes_no_adapters()
    {
        using var runtime = model.Open(model.Merged(0));
        var error = await Refused(runtime, model.AdapterBundle(1, "billing"));
        error.Refusal.ShouldBe(AdapterRefusal.NotSupported);
        error.Message.ShouldContain("--as-trained");
    }

    [Fact]
    public async Task ONNX_Runtime_takes_no_adapters()
    {
        using var bundle = new WritingBundle(TaskKind.Generate);
        using var runtime = bundle.Open(EngineChoice.Onnx);
        var error = await Refused(runtime, model.AdapterBundle(1, "billing"));
        error.Refusal.ShouldBe(AdapterRefusal.NotSupported);
        error.Message.ShouldContain("--engine llama");
    }

    [Fact]
    public async Task A_bundle_without_an_adapter_is_refused()
    {
        using var runtime = model.Open();
        (await Refused(runtime, model.Merged(0))).Refusal.ShouldBe(AdapterRefusal.NotAnAdapter);
    }

    [Fact]
    public async Task An_adapter_that_decides_otherwise_than_tested_is_refused_and_the_version_before_stays()
    {
        using var runtime = model.Open();
        await runtime.Adapters.LoadAsync(model.AdapterBundle(1, "billing", "1"));
        var right = await runtime.Classifier.ClassifyAsync("oil", new ClassificationOptions { Adapter = "billing" });
        var golden = new GoldenExample("oil", right.Label!, right.Confidence, 1e-6);
        var changed = await Refused(runtime, model.AdapterBundle(2, "billing", "2", change: manifest => manifest with { Golden = [golden] }));
        changed.Refusal.ShouldBe(AdapterRefusal.GoldenExamples);
        runtime.Adapters.List().ShouldHaveSingleItem().Version.ShouldBe("1");
        (await runtime.Classifier.ClassifyAsync("oil", new ClassificationOptions { Adapter = "billing" })).Scores.ShouldBe(right.Scores);
        (await runtime.Adapters.LoadAsync(model.AdapterBundle(1, "billing", "3", change: manifest => manifest with { Golden = [golden] }))).Version.ShouldBe("3");
    }

    [Fact]
    public async Task More_adapters_than_allowed_or_than_there_is_memory_for_are_refused()
    {
        using var few = model.Open(options: new RuntimeOptions { MaxAdapters = 1 });
        await few.Adapters.LoadAsync(model.AdapterBundle(1, "a"));
        (await Refused(few, model.AdapterBundle(2, "b"))).Refusal.ShouldBe(AdapterRefusal.NoRoom);
        await few.Adapters.LoadAsync(model.AdapterBundle(2, "a"));
        using var tight = model.Open(options: new RuntimeOptions { MemoryLimitBytes = few.Memory.Total + 100 });
        (await Refused(tight, model.AdapterBundle(1, "a"))).Refusal.ShouldBe(AdapterRefusal.NoRoom);
    }

    private static Task<AdapterException> Refused(SlmRuntime runtime, string path, AdapterLoadOptions? options = null) =>
        Should.ThrowAsync<AdapterException>(() => runtime.Adapters.LoadAsync(path, options));

    private string Write(
        Action<GgufWriter>? change, string target = "blk.0.attn_q.weight", int inputs = 64, int outputs = 64, GgmlType type = GgmlType.F32, float value = 0.1f, bool lone = false)
    {
        const int Rank = 32;
        var writer = new GgufWriter();
        writer.Set("general.architecture", "llama");
        writer.Set("general.type", "adapter");
        writer.Set("adapter.type", "lora");
        writer.Set("adapter.lora.alpha", 8f);
        AdaptedModel.Identity("made", "1").Apply(writer);
        change?.Invoke(writer);
        Add(".lora_a", inputs, Rank);
        if (!lone)
        {
            Add(".lora_b", Rank, outputs);
        }

        var path = Path.Combine(model.Folder, $"{Guid.NewGuid():N}.gguf");
        writer.Write(path);
        return path;

        void Add(string suffix, int first, int second)
        {
            var values = new float[first * second];
            Array.Fill(values, 0.1f);
            values[^1] = value;
            writer.AddTensor(target + suffix, type, [first, second], stream => stream.Write(type == GgmlType.F32 ? MemoryMarshal.AsBytes(values.AsSpan()) : new byte[first * second / 32 * 34]));
        }
    }
}
