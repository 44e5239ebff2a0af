namespace SlmEdge.Benchmarks.HttpFuzzing;

/// <summary>What a client does when it has sent everything.</summary>
internal enum RequestEnd
{
    /// <summary>Waits for the answer; the service is told that nothing more comes.</summary>
    HalfClose,

    /// <summary>Waits for the answer and keeps its own side open, as one that sends slowly does.</summary>
    Wait,

    /// <summary>Goes away at once.</summary>
    Abort,
}
