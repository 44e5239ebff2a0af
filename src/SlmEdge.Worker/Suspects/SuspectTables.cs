namespace SlmEdge.Worker.Suspects;

/// <summary>The table of what is being decided alone, because it may have ended the process.</summary>
internal static class SuspectTables
{
    public static IReadOnlyList<string> Schema { get; } = ["CREATE TABLE IF NOT EXISTS suspects (source TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (source, id)) WITHOUT ROWID"];
}
