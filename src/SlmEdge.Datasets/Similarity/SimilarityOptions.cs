namespace SlmEdge.Datasets.Similarity;

/// <summary>When two texts count as nearly the same.</summary>
public sealed record SimilarityOptions
{
    /// <summary>The least Jaccard similarity of their shingles. Default: 0.8.</summary>
    public double Threshold { get; init; } = 0.8;

    /// <summary>Characters of a shingle. Default: 5.</summary>
    public int ShingleLength { get; init; } = 5;
}
