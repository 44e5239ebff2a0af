namespace SlmEdge.Bundles;

/// <summary>The base model a bundle was trained from.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sha256">Hash of its configuration and weights, lower-case hex.</param>
public sealed record BundleBase(string Name, string Sha256);
