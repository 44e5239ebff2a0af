namespace SlmEdge.Bundles.Store;

/// <summary>A slot with a whole version.</summary>
/// <param name="Version">The bundle's version.</param>
/// <param name="ManifestSha256">Identity of the bundle: the hash of its manifest, lower-case hex.</param>
internal sealed record StoreSlot(string Version, string ManifestSha256);
