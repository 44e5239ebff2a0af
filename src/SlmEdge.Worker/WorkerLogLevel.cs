namespace SlmEdge.Worker;

/// <summary>How much a line of the log matters.</summary>
internal enum WorkerLogLevel
{
    /// <summary>For the record.</summary>
    Information,

    /// <summary>Something to look at.</summary>
    Warning,

    /// <summary>A request or a part of the service failed.</summary>
    Error,
}
