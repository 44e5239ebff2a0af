namespace SlmEdge.Worker.Journal;

/// <summary>The journal's tables.</summary>
internal static class JournalTables
{
    // kind: decision, answer, feedback, trim. subject: the decision that a feedback is about.
    public static IReadOnlyList<string> Schema { get; } =
    [
        "CREATE TABLE IF NOT EXISTS journal (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, subject INTEGER, body BLOB NOT NULL, hash BLOB NOT NULL)",
        "CREATE INDEX IF NOT EXISTS journal_subject ON journal (subject) WHERE subject IS NOT NULL",
        "CREATE TABLE IF NOT EXISTS journal_size (one INTEGER PRIMARY KEY CHECK (one = 1), entries INTEGER NOT NULL, bytes INTEGER NOT NULL)",
        "INSERT OR IGNORE INTO journal_size VALUES (1, 0, 0)",
    ];
}
