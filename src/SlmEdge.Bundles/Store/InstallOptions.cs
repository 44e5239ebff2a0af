namespace SlmEdge.Bundles.Store;

/// <summary>How a bundle is installed.</summary>
public sealed record InstallOptions
{
    /// <summary>
    /// Runs the unpacked bundle (its folder is given) before it becomes active, for example on its golden examples; throws to refuse it.
    /// </summary>
    public Func<string, CancellationToken, Task>? HealthCheck { get; init; }

    /// <summary>
    /// Looks at the manifest, whose signature and version have been checked, before anything is written; throws <see cref="BundleException"/> to refuse the bundle.
    /// </summary>
    public Action<BundleManifest>? Accept { get; init; }

    /// <summary>Accepts a version below the highest that was ever active.</summary>
    public bool AllowDowngrade { get; init; }

    /// <summary>Hears of every step that is done. An exception ends the installation at this point.</summary>
    public Action<InstallStep>? OnStep { get; init; }
}
