namespace SlmEdge.Engines.OnnxRuntime;

/// <summary>How an ONNX model folder is loaded and evaluated.</summary>
public sealed record OnnxEngineOptions
{
    /// <summary>Tokens of one sequence (prefix, text and label). 0 takes the model's own context length, at most 4096.</summary>
    public int ContextLength { get; init; }

    /// <summary>Tokens evaluated together in one run, padding included: the budget that texts are batched up to.</summary>
    public int BatchTokens { get; init; } = 1024;

    /// <summary>Threads for one evaluation. 0 takes the number of physical cores.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Whether the CUDA provider computes, on the first GPU. It needs <see cref="OnnxEngine.FindGpu"/>, and <see cref="OnnxEngine.OpenSequences"/> is not repeatable then. Operators without
    /// a CUDA kernel for the model's number type stay on the CPU.
    /// </summary>
    public bool Gpu { get; init; }

    /// <summary>
    /// The prefix's keys and values are kept and the texts evaluated one by one when the prefix has at least this many
    /// tokens and is longer than the texts; otherwise whole prompts are batched.
    /// </summary>
    public int CachedPrefixTokens { get; init; } = 64;
}
