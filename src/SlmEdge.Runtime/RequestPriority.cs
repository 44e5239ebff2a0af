namespace SlmEdge.Runtime;

/// <summary>Which of the waiting requests goes first; among equals the one that came first.</summary>
public enum RequestPriority
{
    /// <summary>When nothing else waits.</summary>
    Low = -1,

    /// <summary>The default.</summary>
    Normal = 0,

    /// <summary>Before all others.</summary>
    High = 1,
}
