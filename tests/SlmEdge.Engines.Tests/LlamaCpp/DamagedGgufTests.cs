using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Formats;

namespace SlmEdge.Engines.Tests.LlamaCpp;

public sealed class DamagedGgufTests
{
    [SkippableTheory]
    [InlineData(3)]
    [InlineData(24)]
    [InlineData(900)]
    [InlineData(20_000)]
    [InlineData(1_000_000)]
    public void A_truncated_file_never_reaches_native_code(int length)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("truncated.gguf");
        File.WriteAllBytes(path, File.ReadAllBytes(SharedData.Stories())[..length]);

        Should.Throw<ModelFormatException>(() => LlamaCppEngine.Open(path)).Message.ShouldContain("truncated.gguf");
        Should.Throw<ModelFormatException>(() => LlamaTokenizer.Open(path));
        Should.Throw<ModelFormatException>(() => LlamaQuantizer.Quantize(path, folder.File("out.gguf"), GgufQuantization.Q8_0));
        Directory.GetFiles(folder.Path).ShouldBe([path]);
    }

    [SkippableTheory]
    [InlineData("llama.attention.layer_norm_rms_epsilon", 0x7FC00000u)]
    [InlineData("llama.attention.layer_norm_rms_epsilon", 0xBF800000u)]
    [InlineData("llama.attention.head_count", 0u)]
    [InlineData("llama.attention.head_count_kv", 3u)]
    [InlineData("llama.embedding_length", 0xFFFFFFFFu)]
    [InlineData("llama.block_count", 1u)]
    [InlineData("llama.context_length", 0u)]
    [InlineData("llama.feed_forward_length", 65536u)]
    [InlineData("llama.rope.dimension_count", 3u)]
    public void A_hostile_number_in_a_real_model_is_an_error_and_never_ends_the_process(string key, uint value)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("hostile.gguf");
        var bytes = File.ReadAllBytes(SharedData.Stories());

        // The key's text, then the type of its value (4 bytes), then the value.
        var at = bytes.AsSpan().IndexOf([.. BitConverter.GetBytes((ulong)key.Length), .. System.Text.Encoding.ASCII.GetBytes(key)]);
        at.ShouldBeGreaterThan(0);
        BitConverter.TryWriteBytes(bytes.AsSpan(at + 8 + key.Length + 4), value).ShouldBeTrue();
        File.WriteAllBytes(path, bytes);

        var error = Should.Throw<Exception>(() => LlamaCppEngine.Open(path, new LlamaCppOptions { Threads = 1 }).Dispose());

        (error is EngineException or ModelFormatException).ShouldBeTrue(error.ToString());
        error.Message.ShouldContain("hostile.gguf");
    }

    [SkippableFact]
    public void A_damaged_adapter_never_reaches_native_code()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("adapter.gguf");
        File.WriteAllBytes(path, [.. "GGUF"u8, 3, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 127]);

        var model = SharedData.Stories();

        Should.Throw<ModelFormatException>(() => LlamaCppEngine.Open(model, new LlamaCppOptions { AdapterPath = path }));
    }

    [SkippableFact]
    public void A_model_that_is_no_adapter_is_refused_before_llama_cpp_sees_it()
    {
        var model = SharedData.Stories();
        var error = Should.Throw<ModelFormatException>(() => LlamaCppEngine.Open(model, new LlamaCppOptions { AdapterPath = model }));
        error.Message.ShouldContain("stories260K.gguf");
        error.Message.ShouldContain("no adapter");
    }
}
