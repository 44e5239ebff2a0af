namespace SlmEdge.Worker.Drift;

/// <summary>The tables of what is compared, and of its alarms.</summary>
internal static class DriftTables
{
    public static IReadOnlyList<string> Schema { get; } =
    [
        "DROP TABLE IF EXISTS drift", // held one comparison; its state was of another form
        "CREATE TABLE IF NOT EXISTS drift_states (reference TEXT PRIMARY KEY, state BLOB NOT NULL, written INTEGER NOT NULL)",
        "CREATE TABLE IF NOT EXISTS drift_alarms (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, bundle TEXT NOT NULL, version TEXT NOT NULL, statistic TEXT NOT NULL, begins INTEGER NOT NULL, value REAL NOT NULL, threshold REAL NOT NULL, texts INTEGER NOT NULL)",
        "CREATE TABLE IF NOT EXISTS drift_alarm_adapters (id INTEGER PRIMARY KEY, adapter TEXT NOT NULL)",
    ];
}
