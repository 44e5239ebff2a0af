using System.Text.Json;
using Microsoft.Data.Sqlite;
using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Journal;

/// <summary>
/// Checks the chain of a journal from its oldest to its newest entry. It finds every entry that was changed, removed from the middle or put in. What is written by somebody
/// who computes all hashes anew, or cuts off the end, is found only against a head that was kept elsewhere.
/// </summary>
public static class JournalVerifier
{
    /// <summary>Checks a journal; the service that writes it may be running.</summary>
    /// <param name="path">The service's database.</param>
    /// <param name="knownHead">A head that an earlier check reported, lower-case hex; it has to be one of the chain's. Null for none.</param>
    /// <exception cref="WorkerException">The file cannot be read.</exception>
    public static JournalReport Verify(string path, string? knownHead = null) => JournalFile.Read(path, connection => Verify(connection, knownHead));

    private static JournalReport Verify(SqliteConnection connection, string? knownHead)
    {
        using var command = connection.Command("SELECT id, time, kind, subject, body, hash FROM journal ORDER BY id");
        using var row = command.ExecuteReader();
        var entries = 0L;
        var first = 0L;
        var last = 0L;
        var hash = JournalChain.Beginning;
        var seen = knownHead is null;
        while (row.Read())
        {
            var id = row.GetInt64(0);
            if (entries == 0)
            {
                first = id;
                if (id > 1)
                {
                    if (FindTrim(connection, id - 1) is not { } before)
                    {
                        return Report($"the journal begins at entry {id}, and no entry says that those before it were removed");
                    }

                    hash = before;
                }
            }
            else if (id != last + 1)
            {
                return Report($"after entry {last} comes {id}: what was between them is missing");
            }

            hash = JournalChain.Next(hash, id, row.GetInt64(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetInt64(3), row.GetFieldValue<byte[]>(4));
            if (!hash.AsSpan().SequenceEqual(row.GetFieldValue<byte[]>(5)))
            {
                return Report($"entry {id} is not what was written, or the one before it is not");
            }

            entries++;
            last = id;
            seen |= Convert.ToHexStringLower(hash) == knownHead;
        }

        return Report(seen ? null : $"the head {knownHead} is none of the chain's: its end was cut off, or all of it was written anew");

        JournalReport Report(string? damage) => new(entries, first, last, Convert.ToHexStringLower(hash), damage);
    }

    // What the newest entry about a removal says of the hash in front of what is left. It is part of the chain itself.
    private static byte[]? FindTrim(SqliteConnection connection, long through)
    {
        if (connection.Find<byte[]>("SELECT body FROM journal WHERE kind = 'trim' ORDER BY id DESC LIMIT 1") is not { } body)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.GetProperty("through").GetInt64() == through ? Convert.FromHexString(document.RootElement.GetProperty("hash").GetString()!) : null;
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentNullException)
        {
            return null;
        }
    }
}
