namespace SlmEdge.Runtime.Scheduling;

/// <summary>Why a generation ended.</summary>
internal enum FinishReason
{
    /// <summary>The model ended its answer, or the constraint says that nothing can follow.</summary>
    Stop,

    /// <summary>A stop string was written.</summary>
    StopString,

    /// <summary>The limit of tokens or the context was reached.</summary>
    Length,
}
