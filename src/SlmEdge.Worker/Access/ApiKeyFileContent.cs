namespace SlmEdge.Worker.Access;

/// <summary>A key file as it is written.</summary>
internal sealed record ApiKeyFileContent(int Version, IReadOnlyList<ApiKey> Keys);
