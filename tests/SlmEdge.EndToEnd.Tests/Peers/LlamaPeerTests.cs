using SlmEdge.EndToEnd.Tests.Fixtures;
using SlmEdge.EndToEnd.Tests.Programs;
using SlmEdge.Engines.LlamaCpp;

namespace SlmEdge.EndToEnd.Tests.Peers;

/// <summary>node-llama-cpp loads and runs what we export.</summary>
[Collection(WholePathCollection.Name)]
public sealed class LlamaPeerTests(WholePath path) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SkippableTheory]
    [InlineData("f32")]
    [InlineData("q8_0")]
    [InlineData("q4_k_m")]
    public void Another_llama_cpp_continues_our_GGUF_as_our_engine_does(string type)
    {
        var file = folder.Combine(type + ".gguf");
        Tool.Export.Run("gguf", "--base", path.Base.Model, "--adapter", Path.Combine(path.Run, "adapter"), "--type", type, "--out", file).ShouldSucceed();
        Compare(file);
    }

    [SkippableFact]
    public void Another_llama_cpp_continues_edge_nano_as_our_engine_does()
    {
        var model = RepositoryRoot.Combine("models", "edge-nano");
        Skip.IfNot(File.Exists(Path.Combine(model, "model.safetensors")), "models/edge-nano has no weights in this checkout");
        var file = folder.Combine("edge-nano.gguf");
        Tool.Export.Run("gguf", "--base", model, "--type", "q8_0", "--out", file).ShouldSucceed();
        Compare(file).Distinct().Count().ShouldBeGreaterThan(4, "a trained model does not repeat itself");
    }

    private static int[] Compare(string file)
    {
        int[] prompt;
        int[] ours;
        using (var engine = LlamaCppEngine.Open(file, new LlamaCppOptions { ContextLength = 256, Threads = 1 }))
        {
            prompt = engine.Tokenizer.Encode("hyd hose burst on lh boom cyl,");
            ours = engine.GenerateGreedy(prompt, 24);
        }

        var theirs = NodeScript.Run<int[]>("greedy.mjs", "node-llama-cpp", $"[{string.Join(',', prompt)}]", file, "24");
        ours.Length.ShouldBeGreaterThan(0);
        theirs.Take(ours.Length).ShouldBe(ours);
        return ours;
    }
}
