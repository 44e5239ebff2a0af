namespace SlmEdge.Formats.Families;

/// <summary>
/// What the blocks of a decoder are made of. The defaults are the Llama layout; a family states what differs. Trainer and exporters build from this alone
/// and know no family by name.
/// </summary>
public sealed record BlockDesign
{
    /// <summary>The kind of all norms.</summary>
    public NormKind Norm { get; init; } = NormKind.Rms;

    /// <summary>The norm of queries and keys.</summary>
    public HeadNorm QueryKeyNorm { get; init; } = HeadNorm.None;

    /// <summary>The gate's activation.</summary>
    public GateActivation Activation { get; init; } = GateActivation.Silu;

    /// <summary>Whether query, key and value projections have biases.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Whether the attention's output projection has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the projections of the feed-forward layer have biases.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>Whether query, key and value are the rows of one matrix, and gate and up those of another.</summary>
    public bool FusedProjections { get; init; }

    /// <summary>Whether the results of attention and feed-forward layer are normalised before they join the residual stream.</summary>
    public bool PostNorms { get; init; }

    /// <summary>Whether attention and feed-forward layer see the same normalised input and are added together.</summary>
    public bool ParallelResidual { get; init; }

    /// <summary>Factor on the token embeddings.</summary>
    public double EmbeddingScale { get; init; } = 1;
}
