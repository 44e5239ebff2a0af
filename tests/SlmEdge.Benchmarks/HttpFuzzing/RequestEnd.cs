namespace SlmEdge.Benchmarks.HttpFuzzing;

/// <summary>What a client does when it has sent everything.</summary>
internal enum RequestEnd
{
    /// <summary>Gives the service a moment to answer what it has, then says that nothing more comes.</summary>
    HalfClose,

    /// <summary>Waits for the end of the answer and keeps its own side open.</summary>
    Wait,

    /// <summary>Goes away at once.</summary>
    Abort,
}
