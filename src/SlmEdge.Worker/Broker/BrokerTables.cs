namespace SlmEdge.Worker.Broker;

/// <summary>The broker's table: every answer under its message's id, the outbox being those that are not yet sent.</summary>
internal static class BrokerTables
{
    public static IReadOnlyList<string> Schema { get; } =
    [
        "CREATE TABLE IF NOT EXISTS broker_answers (seq INTEGER PRIMARY KEY, queue TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL, reason TEXT, reply_to TEXT, correlation TEXT, sent INTEGER NOT NULL DEFAULT 0, UNIQUE (queue, id))",
        "CREATE INDEX IF NOT EXISTS broker_answers_waiting ON broker_answers (queue, seq) WHERE sent = 0",
    ];
}
