using SlmEdge.Bundles.Store;

namespace SlmEdge.Worker.Updates;

/// <summary>Which store the served bundle comes from, and how a newer version of it takes over while the service runs.</summary>
public sealed record UpdateOptions
{
    /// <summary>The folder of the <see cref="BundleStore"/>. Bundles are taken only if it has trusted keys (<see cref="BundleStore.TrustedKeysFolder"/>) and one of them signed.</summary>
    public required string StorePath { get; init; }

    /// <summary>The name of the bundle that is served.</summary>
    public required string BundleName { get; init; }

    /// <summary>A folder, such as that of a USB stick, whose <c>*.slmb</c> are taken once each; nothing is written there. It may come and go. Null for none.</summary>
    public string? Folder { get; init; }

    /// <summary>For how long a file in the folder has to be left alone before it is taken. Default: 5 seconds.</summary>
    public TimeSpan FolderSettle { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Requests that a version from the folder answers in the shadow of the running one first; 0, the default, for none.</summary>
    public int FolderShadow { get; init; }

    /// <summary>Share of the texts that a shadow run has to decide as the running version does. Default: 0.9.</summary>
    public double MinAgreement { get; init; } = 0.9;

    /// <summary>How long a shadow run waits for its requests before the update is given up. Default: an hour.</summary>
    public TimeSpan ShadowTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Most bytes of a bundle that is sent or found. Default: 16 GiB.</summary>
    public long MaxBundleBytes { get; init; } = 16L << 30;

    /// <summary>How a new version is watched after it took over.</summary>
    public TrialOptions Trial { get; init; } = new();

    /// <summary>Hears of the steps of an installation, for tests that interrupt it.</summary>
    internal Action<InstallStep>? OnStep { get; init; }

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(StorePath);
        ArgumentException.ThrowIfNullOrEmpty(BundleName);
        ArgumentOutOfRangeException.ThrowIfNegative(FolderShadow);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBundleBytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MinAgreement, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MinAgreement, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(FolderSettle, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ShadowTime, TimeSpan.Zero);
        Trial.Validate();
    }
}
