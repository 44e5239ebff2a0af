namespace SlmEdge.Bundles;

/// <summary>What checking one file of a bundle found.</summary>
/// <param name="File">The file as the manifest has it.</param>
/// <param name="Problem">What is wrong with it, or <see langword="null"/>.</param>
public sealed record BundleFileCheck(BundleFile File, string? Problem);
