namespace SlmEdge.Worker.Jobs;

/// <summary>The jobs' tables.</summary>
internal static class JobTables
{
    // state of a row: 0 waits, 1 has its result, 2 was set aside.
    public static IReadOnlyList<string> Schema { get; } =
    [
        "CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, created INTEGER NOT NULL, finished INTEGER, total INTEGER NOT NULL, done INTEGER NOT NULL, failed INTEGER NOT NULL, top INTEGER NOT NULL, token TEXT UNIQUE) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS job_choices (job TEXT PRIMARY KEY, adapter TEXT, task TEXT) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS job_rows (job TEXT NOT NULL, row INTEGER NOT NULL, text TEXT NOT NULL, state INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, retry_at INTEGER NOT NULL DEFAULT 0, result TEXT, error TEXT, PRIMARY KEY (job, row)) WITHOUT ROWID",
        "CREATE INDEX IF NOT EXISTS job_rows_waiting ON job_rows (job, row) WHERE state = 0",
    ];
}
