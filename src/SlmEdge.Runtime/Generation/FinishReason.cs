namespace SlmEdge.Runtime.Generation;

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model ended its answer, or nothing can follow by the schema.</summary>
    Stop,

    /// <summary>A stop string was written; it is no part of the answer.</summary>
    StopString,

    /// <summary>The limit of tokens or the context was reached.</summary>
    Length,
}
