namespace SlmEdge.Worker.Updates;

/// <summary>Why an update is not made.</summary>
internal enum UpdateRefusal
{
    /// <summary>Another update, or the trial of the last one, is under way.</summary>
    Busy,

    /// <summary>The service is stopping: nothing is said about the bundle.</summary>
    Stopping,

    /// <summary>The store has no trusted keys: nobody could be told from a forger.</summary>
    NoTrustedKeys,

    /// <summary>The bundle has another name, kind or set of labels than what is served, or its version runs already.</summary>
    OtherBundle,

    /// <summary>The bundle is damaged, not signed by a trusted key, too old, or failed on this device.</summary>
    Refused,
}
