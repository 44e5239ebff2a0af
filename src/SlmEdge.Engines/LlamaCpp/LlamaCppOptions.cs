namespace SlmEdge.Engines.LlamaCpp;

/// <summary>How a GGUF model is loaded and evaluated.</summary>
public sealed record LlamaCppOptions
{
    /// <summary>Tokens of one sequence (prefix, text and label). 0 takes the length the model was trained with, at most 4096.</summary>
    public int ContextLength { get; init; }

    /// <summary>Tokens evaluated together in one call: the budget that waiting texts are batched up to.</summary>
    public int BatchTokens { get; init; } = 256;

    /// <summary>Sequences held at once (the texts of one batch); llama.cpp allows at most 256.</summary>
    public int MaxSequences { get; init; } = 64;

    /// <summary>Threads for one evaluation. 0 takes the number of physical cores.</summary>
    public int Threads { get; init; }

    /// <summary>A LoRA adapter (GGUF) to apply, or null.</summary>
    public string? AdapterPath { get; init; }

    /// <summary>The adapter's strength; 1 is as trained.</summary>
    public float AdapterScale { get; init; } = 1f;

    /// <summary>
    /// Whether keys and values are kept in 16 bits: half the memory, logits that differ in about the fourth digit. Null
    /// keeps them in 32 bits (the faster and more exact choice on a CPU) unless that would take more than 256 MiB.
    /// </summary>
    public bool? HalfPrecisionCache { get; init; }

    /// <summary>Layers kept on the GPU: 0 for none, negative for all. Without a GPU backend it has no effect.</summary>
    public int GpuLayers { get; init; }
}
