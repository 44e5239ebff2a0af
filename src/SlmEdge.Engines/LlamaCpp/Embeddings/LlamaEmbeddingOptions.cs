namespace SlmEdge.Engines.LlamaCpp.Embeddings;

/// <summary>How a GGUF model is loaded to embed texts.</summary>
public sealed record LlamaEmbeddingOptions
{
    /// <summary>Tokens of the longest text. 0 takes the length the model was trained with, at most 4096.</summary>
    public int ContextLength { get; init; }

    /// <summary>Tokens of several texts that are computed together.</summary>
    public int BatchTokens { get; init; } = 512;

    /// <summary>Texts that are computed together; llama.cpp allows at most 256.</summary>
    public int BatchTexts { get; init; } = 64;

    /// <summary>Threads for one evaluation. 0 takes the number of physical cores.</summary>
    public int Threads { get; init; }

    /// <summary>True keeps keys and values in 16 bits and fuses attention; false computes in 32 bits, as comparisons between engines need.</summary>
    public bool HalfPrecisionCache { get; init; } = true;

    /// <summary>Layers kept on the GPU: 0 for none, negative for all. Without a GPU backend it has no effect.</summary>
    public int GpuLayers { get; init; }
}
