namespace SlmEdge.Datasets.Agreement;

/// <summary>How much worse a disagreement is between labels that are further apart.</summary>
public enum KappaWeights
{
    /// <summary>Every disagreement counts the same.</summary>
    None,

    /// <summary>In proportion to the distance.</summary>
    Linear,

    /// <summary>In proportion to the square of the distance.</summary>
    Quadratic,
}
