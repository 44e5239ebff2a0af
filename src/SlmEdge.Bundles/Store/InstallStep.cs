namespace SlmEdge.Bundles.Store;

/// <summary>The steps of an installation, each reported when it is done. After an interruption at any of them a whole version runs.</summary>
public enum InstallStep
{
    /// <summary>Signature, manifest and version have been checked; nothing was written.</summary>
    Checked,

    /// <summary>The inactive slot is no longer named by the store and its old files are gone.</summary>
    SlotReleased,

    /// <summary>One file lies in the slot; reported for each.</summary>
    FileUnpacked,

    /// <summary>Every file lies in the slot with the hash of the manifest.</summary>
    Unpacked,

    /// <summary>Files and folders are on the disk.</summary>
    Flushed,

    /// <summary>The managed verifiers accept the model files.</summary>
    ModelsVerified,

    /// <summary>The health check passed.</summary>
    HealthChecked,

    /// <summary>The new version is active.</summary>
    Switched,
}
