namespace SlmEdge.Worker.Serving;

/// <summary>Whether an engine can answer.</summary>
internal enum EngineHealth
{
    /// <summary>It answers.</summary>
    Ready,

    /// <summary>It is being started, or started again after it ended.</summary>
    Starting,

    /// <summary>It ended and is not started again.</summary>
    Failed,
}
