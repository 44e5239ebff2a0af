namespace SlmEdge.Worker.Drift;

/// <summary>The tables of what is compared, and of its alarms.</summary>
internal static class DriftTables
{
    public static IReadOnlyList<string> Schema { get; } =
    [
        "CREATE TABLE IF NOT EXISTS drift (one INTEGER PRIMARY KEY CHECK (one = 1), reference TEXT NOT NULL, state BLOB NOT NULL)",
        "CREATE TABLE IF NOT EXISTS drift_alarms (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, bundle TEXT NOT NULL, version TEXT NOT NULL, statistic TEXT NOT NULL, begins INTEGER NOT NULL, value REAL NOT NULL, threshold REAL NOT NULL, texts INTEGER NOT NULL)",
    ];
}
