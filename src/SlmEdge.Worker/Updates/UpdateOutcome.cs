namespace SlmEdge.Worker.Updates;

/// <summary>How an update ended.</summary>
internal enum UpdateOutcome
{
    /// <summary>The version stays.</summary>
    Kept,

    /// <summary>The bundle was not taken.</summary>
    Refused,

    /// <summary>The version before runs again.</summary>
    RolledBack,

    /// <summary>The service ended before the new version was active.</summary>
    Interrupted,
}
