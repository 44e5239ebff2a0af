using SlmEdge.Engines;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Formats;

namespace SlmEdge.Benchmarks.Fuzzing;

/// <summary>A kind of file that ends in native code.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="FileName">The file that is damaged, in a folder with all that belongs to it.</param>
/// <param name="Use">Opens the undamaged or damaged file as a program would, with every check before it, and uses it once.</param>
internal sealed record NativeTarget(string Name, string FileName, Action<string> Use)
{
    public static IReadOnlyList<NativeTarget> All { get; } =
    [
        new("llama.cpp model", "model.gguf", path => UseModel(path, null)),
        new("llama.cpp adapter", "adapter.gguf", path => UseModel(Path.Combine(Path.GetDirectoryName(path)!, "model.gguf"), path)),
        new("llama.cpp vocabulary", "tokenizer.gguf", path =>
        {
            using var tokenizer = LlamaTokenizer.Open(path);
            Tokenize(tokenizer);
        }),
        new("ONNX Runtime model", "model.onnx", UseOnnx),
        new("ONNX Runtime settings", "genai_config.json", UseOnnx),
        new("ONNX Runtime tokenizer", "tokenizer.gguf", UseOnnx),
    ];

    /// <summary>Writes the adapter that fits the folder's model.</summary>
    public static void AddAdapter(string folder) => RandomAdapter.Write(Path.Combine(folder, "model.gguf"), Path.Combine(folder, "adapter.gguf"));

    /// <summary>Whether an exception is a refusal, and not an accident.</summary>
    public static bool IsRefusal(Exception error) => error is ModelFormatException or EngineException;

    private static void UseModel(string path, string? adapter)
    {
        using var engine = LlamaCppEngine.Open(path, new LlamaCppOptions { Threads = 1, ContextLength = 64, BatchTokens = 16, MaxSequences = 2, AdapterPath = adapter });
        Check(engine.EvaluateLogits(Tokenize(engine.Tokenizer)));
    }

    private static void UseOnnx(string path)
    {
        using var engine = OnnxEngine.Open(Path.GetDirectoryName(path)!, new OnnxEngineOptions { Threads = 1, ContextLength = 64, BatchTokens = 16 });
        Check(engine.EvaluateLogits(engine.Tokenizer is { } tokenizer ? Tokenize(tokenizer) : [1, 2, 3]));
    }

    private static int[] Tokenize(LlamaTokenizer tokenizer)
    {
        var tokens = tokenizer.Encode("Grüße, 3 hoses 🔧\n");
        tokenizer.Decode(tokens);
        return tokens.Length == 0 ? [0] : tokens[..Math.Min(8, tokens.Length)];
    }

    private static void Check(float[] logits)
    {
        if (Array.Exists(logits, value => !float.IsFinite(value)))
        {
            throw new NotFiniteNumberException("The logits are not finite.");
        }
    }
}
