namespace SlmEdge.Training.Optimization;

/// <summary>How pre-training updates the weights.</summary>
public enum OptimizerKind
{
    /// <summary>AdamW for everything.</summary>
    AdamW,

    /// <summary>Muon for the projections, AdamW for embeddings and norms; needs fewer tokens for the same loss.</summary>
    Muon,
}
