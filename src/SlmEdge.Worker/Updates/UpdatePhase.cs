namespace SlmEdge.Worker.Updates;

/// <summary>What an update is about.</summary>
internal enum UpdatePhase
{
    /// <summary>Nothing is under way.</summary>
    Idle,

    /// <summary>A bundle is checked, unpacked and tried on its golden examples.</summary>
    Installing,

    /// <summary>The new version answers copies of requests.</summary>
    Shadow,

    /// <summary>The new version answers and is watched.</summary>
    Trial,

    /// <summary>The version before is taking over again.</summary>
    GoingBack,
}
