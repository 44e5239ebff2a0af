using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using SlmEdge.Worker.Journal;

namespace SlmEdge.Benchmarks.Durability;

/// <summary>What became of what a service had promised.</summary>
internal sealed record KillReport(IReadOnlyList<string> Faults, long JournalEntries)
{
    public static async Task<KillReport> CheckAsync(KilledService service, KillLoad load)
    {
        var faults = new List<string>();
        using var connection = new SqliteConnection($"Data Source={service.Database};Pooling=False");
        connection.Open();
        var entries = Read(connection, "SELECT json_extract(CAST(body AS TEXT), '$.source'), count(*) FROM journal WHERE kind = 'decision' GROUP BY 1", row => (Source: row.GetString(0), Count: row.GetInt64(1)))
            .ToDictionary(entry => entry.Source, entry => entry.Count);
        var jobs = Read(connection, "SELECT id, name FROM jobs", row => (Id: row.GetString(0), Name: row.GetString(1)));
        if (jobs.Count != load.Accepted.Count + load.Files.Count)
        {
            faults.Add($"{load.Accepted.Count} jobs and {load.Files.Count} files were sent, but the queue has {jobs.Count} jobs");
        }

        var files = jobs.Where(job => job.Name.Length > 0).ToLookup(job => job.Name, job => job.Id);
        foreach (var (id, texts) in load.Accepted)
        {
            CheckJob(id, texts);
        }

        foreach (var (name, texts) in load.Files)
        {
            if (files[name].ToArray() is not [var id])
            {
                faults.Add($"{name} became {files[name].Count()} jobs");
                continue;
            }

            CheckJob(id, texts);
            var results = Path.Combine(service.Inbox, "done", name + ".results.jsonl");
            if (!File.Exists(results) || !File.ReadLines(results).Select(Text).SequenceEqual(texts))
            {
                faults.Add($"the results of {name} are not its rows");
            }
        }

        if (Directory.GetFiles(Path.Combine(service.Inbox, "failed")).Length > 0)
        {
            faults.Add("files were refused");
        }

        if (Directory.GetFiles(service.Data, "*.damaged-*").Length > 0)
        {
            faults.Add("the database was damaged");
        }

        await CheckMessagesAsync();
        var kept = Read(connection, "SELECT id FROM journal WHERE kind = 'decision'", row => row.GetInt64(0)).ToHashSet();
        faults.AddRange(load.Answered.Where(id => !kept.Contains(id)).Select(id => $"decision {id} was answered, but is not in the journal"));
        faults.AddRange(load.Answered.GroupBy(id => id).Where(group => group.Count() > 1).Select(group => $"number {group.Key} was given to two decisions"));
        var journal = JournalVerifier.Verify(service.Database);
        if (journal.Damage is { } damage)
        {
            faults.Add(damage);
        }

        return new KillReport(faults, journal.Entries);

        async Task CheckMessagesAsync()
        {
            var messages = load.Messages;
            faults.AddRange(messages.Sent.Where(sent => !messages.Answers.TryGetValue(sent.Key, out var answer) || Text(Encoding.UTF8.GetString(answer)) != sent.Value)
                .Select(sent => $"{sent.Key} has no answer, or that of another text"));
            faults.AddRange(messages.Answers.Keys.Where(id => !messages.Sent.ContainsKey(id)).Select(id => $"an answer came for '{id}', which was not sent"));
            faults.AddRange(messages.Changed.Select(id => $"{id} was answered again with another answer"));
            foreach (var queue in new[] { KilledService.Queue, KilledService.Queue + ".dead" })
            {
                if (await messages.CountAsync(queue) is > 0 and var left)
                {
                    faults.Add($"{left} messages are in the queue '{queue}'");
                }
            }

            if (entries.GetValueOrDefault("broker:" + KilledService.Queue) is var count && count != messages.Sent.Count)
            {
                faults.Add($"{messages.Sent.Count} messages have {count} entries in the journal");
            }
        }

        void CheckJob(string id, string[] texts)
        {
            var rows = Read(connection, $"SELECT result FROM job_rows WHERE job = '{id}' AND state = 1 ORDER BY row", row => Text(row.GetString(0)));
            if (!rows.SequenceEqual(texts))
            {
                faults.Add($"job {id} has {rows.Count} results that are not its {texts.Length} rows");
            }

            if (entries.GetValueOrDefault("job:" + id) is var count && count != texts.Length)
            {
                faults.Add($"job {id} has {count} entries in the journal for {texts.Length} rows");
            }
        }
    }

    private static string? Text(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("text").GetString();
    }

    private static List<T> Read<T>(SqliteConnection connection, string query, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        command.CommandText = query;
        using var row = command.ExecuteReader();
        var list = new List<T>();
        while (row.Read())
        {
            list.Add(read(row));
        }

        return list;
    }
}
