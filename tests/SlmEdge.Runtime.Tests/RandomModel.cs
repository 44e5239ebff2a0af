using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Engines.Sequences;
using SlmEdge.Engines.Tests;

namespace SlmEdge.Runtime.Tests;

/// <summary>A random model in a folder that is deleted afterwards, as GGUF of a type or as ONNX, opened for a scheduler.</summary>
internal sealed class RandomModel : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("slm-edge-").FullName;
    private readonly IDisposable engine;

    public RandomModel(string kind, bool repeatable, int threads = 1)
    {
        var model = new RandomLlama(seed: 5);
        if (kind == "onnx")
        {
            model.WriteOnnx(folder);
            var gguf = Path.Combine(folder, "tokenizer.gguf");
            model.WriteGguf(gguf);
            var onnx = OnnxEngine.Open(folder, new OnnxEngineOptions { Threads = threads, CachedPrefixTokens = 4 });
            engine = onnx;
            Tokenizer = onnx.Tokenizer!;
            Greedy = (prompt, count) => onnx.GenerateGreedy(prompt, count);
            Open = () => onnx.OpenSequences(repeatable);
        }
        else
        {
            var path = Path.Combine(folder, "f32.gguf");
            model.WriteGguf(path);
            if (kind != "f32")
            {
                LlamaQuantizer.Quantize(path, path = Path.Combine(folder, kind + ".gguf"), Enum.Parse<GgufQuantization>(kind, ignoreCase: true), 1);
            }

            var llama = LlamaCppEngine.Open(path, new LlamaCppOptions { Threads = threads, BatchTokens = 256, FullSequences = 4 });
            engine = llama;
            Tokenizer = llama.Tokenizer;
            Greedy = (prompt, count) => llama.GenerateGreedy(prompt, count);
            Open = () => llama.OpenSequences(repeatable);
        }
    }

    public LlamaTokenizer Tokenizer { get; }

    public Func<int[], int, int[]> Greedy { get; }

    public Func<ISequenceEngine> Open { get; }

    public void Dispose()
    {
        engine.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
