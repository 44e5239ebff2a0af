namespace SlmEdge.Engines.LlamaCpp.Embeddings;

/// <summary>How the vectors of a text's tokens become one. The numbers are those of <c>pooling_type</c> in GGUF.</summary>
public enum EmbeddingPooling
{
    /// <summary>Their mean.</summary>
    Mean = 1,

    /// <summary>The first token's, which is [CLS] in BERT.</summary>
    Cls = 2,

    /// <summary>The last token's: with attention to earlier tokens only, the one that has seen the whole text.</summary>
    Last = 3,
}
