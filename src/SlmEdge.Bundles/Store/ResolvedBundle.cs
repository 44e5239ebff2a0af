namespace SlmEdge.Bundles.Store;

/// <summary>The version of a bundle that can run.</summary>
/// <param name="Folder">Its folder: a verified bundle.</param>
/// <param name="Version">Its version.</param>
/// <param name="Fallback">Why this is the previous version instead of the active one, or <see langword="null"/>.</param>
public sealed record ResolvedBundle(string Folder, string Version, string? Fallback);
