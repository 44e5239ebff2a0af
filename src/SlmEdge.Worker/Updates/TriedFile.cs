namespace SlmEdge.Worker.Updates;

/// <summary>A file of the folder that is being tried.</summary>
/// <param name="Hash">Its SHA-256.</param>
/// <param name="Times">How often it was begun.</param>
internal sealed record TriedFile(string Hash, int Times);
