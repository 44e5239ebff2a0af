using Microsoft.Data.Sqlite;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Worker.Serving;
using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Journal;

/// <summary>
/// The append-only record of what was decided. Every entry is chained to the one before it, so that one that was changed, removed or put in is found
/// (<see cref="JournalVerifier"/>); the oldest go when there are too many, which is an entry itself.
/// </summary>
/// <remarks>Safe to use from several threads. Callers share the wait for the disk.</remarks>
internal sealed class DecisionJournal(StateDatabase database, JournalOptions options, WorkerLog log, TimeProvider? clock = null)
{
    private const int TrimEvery = 256;

    private readonly TimeProvider time = clock ?? TimeProvider.System;
    private long missed;

    /// <summary>Entries that could not be kept because the disk was full or failed.</summary>
    public long Missed => Volatile.Read(ref missed);

    /// <summary>Records decisions that were made for somebody who waits.</summary>
    /// <returns>The number of each entry, or null where the disk does not take them: the answer matters more than its record, and what is missed is counted.</returns>
    public async Task<IReadOnlyList<long>?> RecordAsync(ServedBundle bundle, IReadOnlyList<Decision> decisions, string source)
    {
        var bodies = Describe(bundle, decisions, source);
        return await KeepAsync(connection => Append(connection, bodies, "decision"), bodies.Length).ConfigureAwait(false);
    }

    /// <summary>Records an answer that was written for somebody who waits; see <see cref="RecordAsync(ServedBundle, IReadOnlyList{Decision}, string)"/>.</summary>
    public async Task<long?> RecordAnswerAsync(
        ServedBundle bundle, string source, string text, string output, string finishReason, int answerTokens, TimeSpan latency, AdapterVersion? adapter)
    {
        var body = DescribeAnswer(bundle, source, text, output, finishReason, answerTokens, latency, adapter);
        return (await KeepAsync(connection => Append(connection, [body], "answer"), 1).ConfigureAwait(false))?[0];
    }

    /// <summary>Records what a decision should have been.</summary>
    /// <param name="decision">The decision's number.</param>
    /// <param name="label">The right label; null confirms that there is none.</param>
    /// <param name="note">A note.</param>
    /// <param name="caller">Whose key it was.</param>
    /// <returns>The entry's number, or null where there is no such decision.</returns>
    /// <exception cref="StorageException">It could not be kept.</exception>
    public Task<long?> RecordFeedbackAsync(long decision, string? label, string? note, string? caller)
    {
        var body = JournalEntries.Feedback(decision, label, note, caller, time.GetUtcNow());
        return database.WriteAsync(connection => connection.Find<long?>("SELECT id FROM journal WHERE id = $id AND kind IN ('decision', 'answer')", ("$id", decision)) is null
            ? (long?)null
            : Append(connection, [body], "feedback", decision)[0]);
    }

    /// <summary>The bodies of decisions, for <see cref="Append(SqliteConnection, byte[][], string, long?)"/> within a transaction of the caller's.</summary>
    public byte[][] Describe(ServedBundle bundle, IReadOnlyList<Decision> decisions, string source)
    {
        var now = time.GetUtcNow();
        return [.. decisions.Select(decision => JournalEntries.Decision(bundle, decision, source, TextKeeping.Keep(decision.Text, options.Text), now))];
    }

    /// <summary>The body of an answer; see <see cref="Describe"/>.</summary>
    public byte[] DescribeAnswer(
        ServedBundle bundle, string source, string text, string output, string finishReason, int answerTokens, TimeSpan latency, AdapterVersion? adapter = null) => JournalEntries.Answer(
        bundle, adapter, source, TextKeeping.Keep(text, options.Text), TextKeeping.Keep(output, options.Text), finishReason, answerTokens, latency, time.GetUtcNow());

    /// <summary>Appends entries within a transaction.</summary>
    /// <returns>Their numbers.</returns>
    public long[] Append(SqliteConnection connection, byte[][] bodies, string kind, long? subject = null)
    {
        var (last, hash) = Last(connection);
        var ids = new long[bodies.Length];
        var bytes = 0L;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        using var insert = connection.Command(
            "INSERT INTO journal (id, time, kind, subject, body, hash) VALUES ($id, $time, $kind, $subject, $body, $hash)",
            ("$id", 0L), ("$time", now), ("$kind", kind), ("$subject", subject), ("$body", hash), ("$hash", hash));
        for (var i = 0; i < bodies.Length; i++)
        {
            ids[i] = ++last;
            hash = JournalChain.Next(hash, last, now, kind, subject, bodies[i]);
            insert.Parameters["$id"].Value = last;
            insert.Parameters["$body"].Value = bodies[i];
            insert.Parameters["$hash"].Value = hash;
            insert.ExecuteNonQuery();
            bytes += bodies[i].Length;
        }

        connection.Execute("UPDATE journal_size SET entries = entries + $entries, bytes = bytes + $bytes", ("$entries", bodies.Length), ("$bytes", bytes));
        if (last / TrimEvery != (last - bodies.Length) / TrimEvery)
        {
            Trim(connection);
        }

        return ids;
    }

    /// <summary>The number and hash of the newest entry.</summary>
    public static (long Id, byte[] Hash) Last(SqliteConnection connection)
    {
        using var command = connection.Command("SELECT id, hash FROM journal ORDER BY id DESC LIMIT 1");
        using var row = command.ExecuteReader();
        return row.Read() ? (row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : (0, JournalChain.Beginning);
    }

    private async Task<IReadOnlyList<long>?> KeepAsync(Func<SqliteConnection, long[]> work, int count)
    {
        try
        {
            return await database.WriteAsync(work).ConfigureAwait(false);
        }
        catch (StorageException)
        {
            // The database has said why, once.
            Interlocked.Add(ref missed, count);
            return null;
        }
    }

    private void Trim(SqliteConnection connection)
    {
        var through = 0L;
        var (entries, bytes) = connection.List("SELECT entries, bytes FROM journal_size", row => (row.GetInt64(0), row.GetInt64(1)))[0];
        if (options.MaxAge is { } age)
        {
            through = connection.Find<long?>("SELECT max(id) FROM journal WHERE time < $time", ("$time", (time.GetUtcNow() - age).ToUnixTimeMilliseconds())) ?? 0;
        }

        if (entries > options.MaxEntries)
        {
            through = Math.Max(through, connection.Find<long?>("SELECT id FROM journal ORDER BY id DESC LIMIT 1 OFFSET $kept", ("$kept", options.MaxEntries)) ?? 0);
        }

        if (bytes > options.MaxBytes)
        {
            // The oldest tenth: a running sum over all of them would cost more than it saves.
            through = Math.Max(through, connection.Find<long?>("SELECT id FROM journal ORDER BY id LIMIT 1 OFFSET $tenth", ("$tenth", entries / 10)) ?? 0);
        }

        // The newest entry stays: the chain goes on from it.
        through = Math.Min(through, Last(connection).Id - 1);
        if (through <= 0 || connection.Find<byte[]>("SELECT hash FROM journal WHERE id = $id", ("$id", through)) is not { } hash)
        {
            return;
        }

        connection.Execute(
            "UPDATE journal_size SET entries = entries - (SELECT count(*) FROM journal WHERE id <= $id), bytes = bytes - (SELECT coalesce(sum(length(body)), 0) FROM journal WHERE id <= $id)",
            ("$id", through));
        var removed = connection.Execute("DELETE FROM journal WHERE id <= $id", ("$id", through));
        Append(connection, [JournalEntries.Trim(through, hash, time.GetUtcNow())], "trim");
        log.Write(WorkerLogLevel.Information, "journal-trimmed", ("removed", removed), ("through", through));
    }
}
