namespace SlmEdge.Runtime.Adapters;

/// <summary>Which adapter answered.</summary>
/// <param name="Name">The name that it is loaded under.</param>
/// <param name="Version">Its version.</param>
public sealed record AdapterVersion(string Name, string Version);
