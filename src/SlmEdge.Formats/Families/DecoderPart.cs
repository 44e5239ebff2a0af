namespace SlmEdge.Formats.Families;

/// <summary>The parts of a decoder that have tensors.</summary>
public enum DecoderPart
{
    /// <summary>Token embedding.</summary>
    Embedding,

    /// <summary>Norm before the head.</summary>
    FinalNorm,

    /// <summary>Output matrix of an untied model.</summary>
    Head,

    /// <summary>Norm before attention.</summary>
    InputNorm,

    /// <summary>Query projection.</summary>
    Query,

    /// <summary>Key projection.</summary>
    Key,

    /// <summary>Value projection.</summary>
    Value,

    /// <summary>Query, key and value in one matrix, in this order.</summary>
    QueryKeyValue,

    /// <summary>Norm of the heads of the queries.</summary>
    QueryNorm,

    /// <summary>Norm of the heads of the keys.</summary>
    KeyNorm,

    /// <summary>Output projection of attention.</summary>
    AttentionOutput,

    /// <summary>Norm of the attention's result, in blocks with post-norms.</summary>
    PostAttentionNorm,

    /// <summary>Norm before the feed-forward layer.</summary>
    FeedForwardNorm,

    /// <summary>Gate projection.</summary>
    Gate,

    /// <summary>Up projection.</summary>
    Up,

    /// <summary>Gate and up in one matrix, in this order.</summary>
    GateUp,

    /// <summary>Down projection.</summary>
    Down,

    /// <summary>Norm of the feed-forward layer's result, in blocks with post-norms.</summary>
    PostFeedForwardNorm,
}
