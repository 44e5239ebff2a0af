using SlmEdge.EndToEnd.Tests.Fixtures;
using SlmEdge.EndToEnd.Tests.Programs;
using SlmEdge.Engines.OnnxRuntime;

namespace SlmEdge.EndToEnd.Tests.Peers;

/// <summary>transformers.js loads and runs the ONNX folders that we export.</summary>
[Collection(WholePathCollection.Name)]
public sealed class TransformersPeerTests(WholePath path) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SkippableTheory]
    [InlineData("fp32")]
    [InlineData("int4")]
    public void Transformers_js_continues_our_ONNX_folder_as_our_engine_does(string precision)
    {
        var model = folder.Combine("model-" + precision);
        Tool.Export.Run("onnx", "--base", path.Base.Model, "--adapter", Path.Combine(path.Run, "adapter"), "--precision", precision, "--out", model).ShouldSucceed();
        var theirs = NodeScript.Run<Continuation>("transformers.mjs", "@huggingface/transformers", "hyd hose burst on lh boom cyl,", model, "24");
        using var engine = OnnxEngine.Open(model, new OnnxEngineOptions { Threads = 1 });
        var ours = engine.GenerateGreedy(theirs.Prompt, 24);
        ours.Length.ShouldBeGreaterThan(0);
        theirs.Tokens.Take(ours.Length).ShouldBe(ours);
    }

    private sealed record Continuation(int[] Prompt, int[] Tokens);
}
