namespace SlmEdge.Worker.Jobs;

/// <summary>Where a job stands.</summary>
internal enum JobState
{
    /// <summary>Its rows are being received; a job that is cut off here was never accepted.</summary>
    Receiving,

    /// <summary>Its rows are decided.</summary>
    Running,

    /// <summary>Somebody stopped it for the time being.</summary>
    Paused,

    /// <summary>Every row has its result or its error.</summary>
    Done,

    /// <summary>Somebody gave it up; what was decided by then stays.</summary>
    Cancelled,
}
