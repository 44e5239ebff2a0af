using SlmEdge.Engines.LlamaCpp.Sequences;

namespace SlmEdge.Engines.LlamaCpp;

/// <summary>How a GGUF model is loaded and evaluated.</summary>
public sealed record LlamaCppOptions
{
    /// <summary>The largest <see cref="BatchTokens"/>: the memory of an evaluation grows with it, and llama.cpp ends the process when it cannot have it.</summary>
    public const int MaxBatchTokens = 65_536;

    /// <summary>Tokens of one sequence (prefix, text and label). 0 takes the length the model was trained with, at most 4096.</summary>
    public int ContextLength { get; init; }

    /// <summary>Tokens evaluated together in one call: the budget that waiting texts are batched up to.</summary>
    public int BatchTokens { get; init; } = 256;

    /// <summary>Sequences held at once (the texts of one batch); llama.cpp allows at most 256.</summary>
    public int MaxSequences { get; init; } = 64;

    /// <summary>Sequences of full length that the key-value memory has room for, beside two batches; what many long continuations at once need.</summary>
    public int FullSequences { get; init; } = 1;

    /// <summary>
    /// Whether the model is opened for <see cref="LlamaCppEngine.OpenSequences"/> in the repeatable mode, which computes few tokens at once: llama.cpp then
    /// reserves no memory for more.
    /// </summary>
    public bool ForRepeatable { get; init; }

    /// <summary>Threads for one evaluation. 0 takes the number of physical cores.</summary>
    public int Threads { get; init; }

    /// <summary>A LoRA adapter (GGUF) to apply, or null.</summary>
    public string? AdapterPath { get; init; }

    /// <summary>The adapter's strength; 1 is as trained.</summary>
    public float AdapterScale { get; init; } = 1f;

    /// <summary>
    /// True keeps keys and values in 16 bits and fuses attention: half the memory, 2 to 4 times the speed on batches,
    /// logits off by about 2e-4 of their spread. False computes in 32 bits throughout, as comparisons between engines need.
    /// </summary>
    public bool HalfPrecisionCache { get; init; } = true;

    /// <summary>Layers kept on the GPU: 0 for none, negative for all. Without a GPU backend it has no effect.</summary>
    public int GpuLayers { get; init; }

    /// <summary>Tokens that the kernels take at once; larger batches are computed in several goes.</summary>
    /// <param name="attentionWindow">The model's, in tokens; 0 for none.</param>
    /// <param name="contextLength">Tokens of one sequence.</param>
    internal int TokensAtOnce(long attentionWindow, long contextLength) =>
        ForRepeatable && this is { HalfPrecisionCache: true, GpuLayers: 0 } && LlamaCppEngine.IsWithin(attentionWindow, contextLength)
            ? Math.Min(BatchTokens, LlamaSequences.RepeatableTokens)
            : BatchTokens;
}
