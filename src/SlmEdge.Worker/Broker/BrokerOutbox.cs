using Microsoft.Data.Sqlite;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Broker;

/// <summary>Answers on the disk. An answer, the id of its message and its entry in the journal are one transaction: a message that comes again finds them.</summary>
internal sealed class BrokerOutbox(StateDatabase database, DecisionJournal journal, BrokerOptions options)
{
    /// <summary>Whether no more may be decided until some of what waits is sent.</summary>
    public bool IsFull => database.Read(connection => connection.Find<long>(
        "SELECT count(*) FROM broker_answers WHERE queue = $queue AND sent = 0", ("$queue", options.Queue))) >= options.MaxWaiting;

    /// <summary>Puts the stored answer of a message that came again back into the outbox.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> AnswerAgainAsync(string id, string? replyTo, string? correlation)
    {
        // Nearly every message is new: no write for it.
        var known = database.Read(connection => connection.Find<long>("SELECT seq FROM broker_answers WHERE queue = $queue AND id = $id", ("$queue", options.Queue), ("$id", id))) > 0;
        return known && await database.WriteAsync(connection => Again(connection, id, replyTo, correlation)).ConfigureAwait(false);
    }

    /// <summary>Keeps an answer. On return it is on the disk, and the message may be acknowledged.</summary>
    public Task KeepAsync(BrokerAnswer answer, byte[]? entry, string kind) => database.WriteAsync(connection =>
    {
        if (Again(connection, answer.Id, answer.ReplyTo, answer.Correlation))
        {
            return;
        }

        connection.Execute(
            "INSERT INTO broker_answers (queue, id, body, reason, reply_to, correlation) VALUES ($queue, $id, $body, $reason, $reply, $correlation)",
            ("$queue", options.Queue), ("$id", answer.Id), ("$body", answer.Body), ("$reason", answer.Reason), ("$reply", answer.ReplyTo), ("$correlation", answer.Correlation));
        if (entry is not null)
        {
            journal.Append(connection, [entry], kind);
        }
    });

    /// <summary>The oldest of what waits.</summary>
    public IReadOnlyList<BrokerAnswer> Waiting(int limit) => database.Read(connection => connection.List(
        "SELECT seq, id, body, reason, reply_to, correlation FROM broker_answers WHERE queue = $queue AND sent = 0 ORDER BY seq LIMIT $limit",
        row => new BrokerAnswer(row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.Text(3), row.Text(4), row.Text(5)),
        ("$queue", options.Queue), ("$limit", limit)));

    /// <summary>Notes that the broker confirmed answers, and forgets the oldest beyond what is to be remembered.</summary>
    public Task SentAsync(IReadOnlyList<long> sequences) => database.WriteAsync(connection =>
    {
        foreach (var sequence in sequences)
        {
            connection.Execute("UPDATE broker_answers SET sent = 1 WHERE seq = $seq", ("$seq", sequence));
        }

        connection.Execute(
            "DELETE FROM broker_answers WHERE queue = $queue AND sent = 1 AND seq <= (SELECT max(seq) FROM broker_answers) - $most",
            ("$queue", options.Queue), ("$most", options.MaxRemembered));
    });

    // With a new place: a confirmation of the sending before this one must not count for it.
    private bool Again(SqliteConnection connection, string id, string? replyTo, string? correlation) => connection.Execute(
        "UPDATE broker_answers SET seq = (SELECT max(seq) + 1 FROM broker_answers), sent = 0, reply_to = $reply, correlation = $correlation WHERE queue = $queue AND id = $id",
        ("$reply", replyTo), ("$correlation", correlation), ("$queue", options.Queue), ("$id", id)) > 0;
}
