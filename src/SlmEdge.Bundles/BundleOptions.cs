using System.Security.Cryptography;

namespace SlmEdge.Bundles;

/// <summary>How a bundle is opened.</summary>
public sealed record BundleOptions
{
    /// <summary>Refuses a bundle without a signature by one of <see cref="TrustedKeys"/>. Trusted keys alone have the same effect.</summary>
    public bool RequireSignature { get; init; }

    /// <summary>Public keys (ECDSA P-256) of those whose bundles may run here. They stay the caller's to dispose.</summary>
    public IReadOnlyList<ECDsa> TrustedKeys { get; init; } = [];

    /// <summary>
    /// Where the files of a <c>.slmb</c> are unpacked, once; <see langword="null"/> for a folder of the user's local application data.
    /// </summary>
    public string? CacheDirectory { get; init; }

    /// <summary>
    /// Checks the content of a file when it is asked for (<see cref="Bundle.GetFilePath"/>) instead of all files when the bundle is opened: for those who use one model of
    /// several and start often. Signature, manifest, names and sizes are checked at once all the same.
    /// </summary>
    public bool OnDemand { get; init; }

    /// <summary>Most bytes that the files of a bundle may have together. Default: 64 GiB.</summary>
    public long MaxTotalBytes { get; init; } = 64L << 30;
}
