namespace SlmEdge.Worker.Access;

/// <summary>What stands in a key file.</summary>
internal sealed record ApiKeyFileContent(int Version, IReadOnlyList<ApiKey> Keys);
