namespace SlmEdge.Bundles.Store;

/// <summary>What a store holds under a name.</summary>
/// <param name="Name">The bundle's name.</param>
/// <param name="ActiveVersion">The version that runs, or <see langword="null"/> when the bundle was removed.</param>
/// <param name="PreviousVersion">The version in the other slot, if there is one.</param>
/// <param name="HighestVersion">The highest version that was ever active: lower ones are refused.</param>
/// <param name="ActiveFolder">The folder of the version that runs.</param>
public sealed record InstalledBundle(string Name, string? ActiveVersion, string? PreviousVersion, string? HighestVersion, string? ActiveFolder);
