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

    [SkippableFact]
    public void A_damaged_adapter_never_reaches_native_code()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("adapter.gguf");
        File.WriteAllBytes(path, [.. "GGUF"u8, 3, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 127]);

        Should.Throw<ModelFormatException>(() => LlamaCppEngine.Open(SharedData.Stories(), new LlamaCppOptions { AdapterPath = path }));
    }

    [SkippableFact]
    public void A_model_that_is_no_adapter_is_refused_with_what_llama_cpp_says()
    {
        var error = Should.Throw<EngineException>(() => LlamaCppEngine.Open(SharedData.Stories(), new LlamaCppOptions { AdapterPath = SharedData.Stories() }));
        error.Message.ShouldContain("stories260K.gguf");
        error.Message.ShouldContain("llama.cpp says");
    }
}
