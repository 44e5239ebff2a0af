namespace SlmEdge.Bundles;

/// <summary>A file in a bundle.</summary>
/// <param name="Path">Relative, with '/' between parts of letters, digits, '.', '-' and '_'.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="Sha256">SHA-256 of the content, lower-case hex.</param>
/// <param name="Role">What it is for.</param>
public sealed record BundleFile(string Path, long Size, string Sha256, BundleFileRole Role);
