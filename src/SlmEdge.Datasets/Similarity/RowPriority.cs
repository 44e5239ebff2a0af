namespace SlmEdge.Datasets.Similarity;

/// <summary>Which of several rows with (nearly) the same text is kept.</summary>
public enum RowPriority
{
    /// <summary>The one that stands first.</summary>
    First,

    /// <summary>The one with the longest text; of equally long ones the first.</summary>
    Longest,
}
