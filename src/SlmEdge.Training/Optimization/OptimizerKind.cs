namespace SlmEdge.Training.Optimization;

/// <summary>How the weights are updated.</summary>
public enum OptimizerKind
{
    /// <summary>AdamW for everything.</summary>
    AdamW,

    /// <summary>AdamW with its averages in 8 bits, block by block: a quarter of the memory for state.</summary>
    AdamW8Bit,

    /// <summary>Muon for the projections, AdamW for embeddings and norms; needs fewer tokens for the same loss.</summary>
    Muon,
}
