using System.Numerics.Tensors;
using SlmEdge.Engines.LlamaCpp;

namespace SlmEdge.Engines.Tests.LlamaCpp;

public sealed class LlamaQuantizerTests
{
    [SkippableTheory]
    [InlineData(GgufQuantization.F16, 0.01)]
    [InlineData(GgufQuantization.BF16, 0.05)]
    [InlineData(GgufQuantization.Q8_0, 0.05)]
    public void A_converted_model_gives_nearly_the_same_logits(GgufQuantization type, double tolerance)
    {
        using var folder = new TemporaryFolder();
        var target = folder.File("converted.gguf");

        LlamaQuantizer.Quantize(SharedData.Stories(), target, type, threads: 1);

        new FileInfo(target).Length.ShouldBeLessThan(new FileInfo(SharedData.Stories()).Length);
        using var original = LlamaCppEngine.Open(SharedData.Stories(), new LlamaCppOptions { Threads = 1 });
        using var converted = LlamaCppEngine.Open(target, new LlamaCppOptions { Threads = 1 });
        int[] prompt = [1, .. original.Tokenizer.Encode("Once upon a time there was a cat who liked")];
        var expected = original.EvaluateLogits(prompt);
        var actual = converted.EvaluateLogits(prompt);
        var spread = TensorPrimitives.Max<float>(expected) - TensorPrimitives.Min<float>(expected);
        var largest = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max();
        ((double)(largest / spread)).ShouldBeLessThan(tolerance);
        Directory.GetFiles(folder.Path).ShouldBe([target]);
    }

    [SkippableFact]
    public void An_existing_target_is_replaced_and_a_failure_leaves_it_alone()
    {
        using var folder = new TemporaryFolder();
        var target = folder.File("model.gguf");
        File.WriteAllText(target, "what was there before");

        LlamaQuantizer.Quantize(SharedData.Stories(), target, GgufQuantization.Q8_0, threads: 1);
        var converted = File.ReadAllBytes(target);
        converted.AsSpan(0, 4).SequenceEqual("GGUF"u8).ShouldBeTrue();

        Should.Throw<EngineException>(() => LlamaQuantizer.Quantize(folder.File("missing.gguf"), target, GgufQuantization.Q8_0));
        File.ReadAllBytes(target).ShouldBe(converted);
    }

    [SkippableFact]
    public void A_quantised_model_is_not_quantised_again()
    {
        using var folder = new TemporaryFolder();
        var once = folder.File("once.gguf");
        LlamaQuantizer.Quantize(SharedData.Stories(), once, GgufQuantization.Q8_0, threads: 1);

        var error = Should.Throw<EngineException>(() => LlamaQuantizer.Quantize(once, folder.File("twice.gguf"), GgufQuantization.Q4_0, threads: 1));

        error.Message.ShouldContain("Q4_0");
        error.Message.ShouldContain("llama.cpp says");
        Directory.GetFiles(folder.Path).ShouldBe([once]);
    }

    [SkippableFact]
    public void The_source_is_never_overwritten()
    {
        var source = SharedData.Stories();
        Should.Throw<EngineException>(() => LlamaQuantizer.Quantize(source, source, GgufQuantization.F16)).Message.ShouldContain("source");
    }
}
