namespace SlmEdge.Export.Weights;

/// <summary>What an adapter is added to.</summary>
public enum MergeBase
{
    /// <summary>The base as the trainer held it (NF4, or the blocks of a file), restored to floats: the sum is the trained model.</summary>
    AsTrained,

    /// <summary>The base as it is stored: free of the trainer's rounding, to which the adapter has adapted.</summary>
    Original,
}
