using Microsoft.Data.Sqlite;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Jobs;

/// <summary>
/// The queue on the disk. A row's result, its entries in the journal and the job's count are one transaction, so that after a crash a row either
/// was decided or was not, and never twice in effect.
/// </summary>
internal sealed class JobStore(StateDatabase database, DecisionJournal journal, TimeProvider time)
{
    private const string Jobs = "SELECT id, name, state, created, finished, total, done, failed, top, adapter, task FROM jobs LEFT JOIN job_choices ON job_choices.job = jobs.id";

    /// <summary>Begins a job whose rows are still to come.</summary>
    /// <param name="name">What its sender calls it.</param>
    /// <param name="top">Scores a result holds; 0 for all.</param>
    /// <param name="token">Stands for the sending: a second job with it is not begun; null for none.</param>
    /// <param name="adapter">The adapter that decides; null for the model itself.</param>
    /// <param name="task">The task that its rows are meant for; null for whichever is served.</param>
    /// <returns>The job, and whether it is new.</returns>
    public Task<(JobInfo Job, bool IsNew)> BeginAsync(string name, int top, string? token, string? adapter = null, string? task = null)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        return database.WriteAsync(connection =>
        {
            if (token is not null && connection.Find<string>("SELECT id FROM jobs WHERE token = $token", ("$token", token)) is { } known)
            {
                return (Find(connection, known)!, false);
            }

            connection.Execute(
                "INSERT INTO jobs (id, name, state, created, total, done, failed, top, token) VALUES ($id, $name, 'Receiving', $now, 0, 0, 0, $top, $token)",
                ("$id", id), ("$name", name), ("$now", Now), ("$top", top), ("$token", token));
            connection.Execute("INSERT INTO job_choices (job, adapter, task) VALUES ($id, $adapter, $task)", ("$id", id), ("$adapter", adapter), ("$task", task));
            return (Find(connection, id)!, true);
        });
    }

    /// <summary>Adds rows to a job that is being received.</summary>
    public Task AddRowsAsync(string id, long firstRow, IReadOnlyList<string> texts) => database.WriteAsync(connection =>
    {
        using var insert = connection.Command("INSERT INTO job_rows (job, row, text) VALUES ($job, $row, $text)", ("$job", id), ("$row", firstRow), ("$text", ""));
        for (var i = 0; i < texts.Count; i++)
        {
            insert.Parameters["$row"].Value = firstRow + i;
            insert.Parameters["$text"].Value = texts[i];
            insert.ExecuteNonQuery();
        }
    });

    /// <summary>Accepts a job whose rows are all there.</summary>
    public Task<JobInfo> AcceptAsync(string id, long rows) => database.WriteAsync(connection =>
    {
        connection.Execute(
            "UPDATE jobs SET state = CASE WHEN $total = 0 THEN 'Done' ELSE 'Running' END, total = $total, finished = CASE WHEN $total = 0 THEN $now END WHERE id = $id AND state = 'Receiving'",
            ("$id", id), ("$total", rows), ("$now", Now));
        return Find(connection, id)!;
    });

    /// <summary>Removes a job with its rows and results.</summary>
    /// <returns>Whether there was one.</returns>
    public Task<bool> RemoveAsync(string id) => database.WriteAsync(connection =>
    {
        connection.Execute("DELETE FROM job_rows WHERE job = $id", ("$id", id));
        connection.Execute("DELETE FROM job_choices WHERE job = $id", ("$id", id));
        return connection.Execute("DELETE FROM jobs WHERE id = $id", ("$id", id)) > 0;
    });

    /// <summary>Removes what was being received when the service ended: its sender never got an answer.</summary>
    public Task DropUnfinishedAsync() => database.WriteAsync(connection =>
    {
        connection.Execute("DELETE FROM job_rows WHERE job IN (SELECT id FROM jobs WHERE state = 'Receiving')");
        connection.Execute("DELETE FROM job_choices WHERE job IN (SELECT id FROM jobs WHERE state = 'Receiving')");
        connection.Execute("DELETE FROM jobs WHERE state = 'Receiving'");
    });

    public JobInfo? Find(string id) => database.Read(connection => Find(connection, id));

    /// <summary>The newest jobs.</summary>
    public IReadOnlyList<JobInfo> List(int limit) =>
        database.Read(connection => connection.List(Jobs + " WHERE state <> 'Receiving' ORDER BY id DESC LIMIT $limit", Read, ("$limit", limit)));

    /// <summary>The oldest job that runs and has rows that may be tried now.</summary>
    /// <param name="rows">How many rows at most.</param>
    /// <param name="task">The task that is served: jobs for another one wait.</param>
    /// <returns>The job and its first rows; null where there is nothing to do at this moment.</returns>
    public (JobInfo Job, IReadOnlyList<JobRow> Rows)? FindWork(int rows, string task) => database.Read(connection =>
    {
        foreach (var job in connection.List(Jobs + " WHERE state = 'Running' AND (task IS NULL OR task = $task) ORDER BY id", Read, ("$task", task)))
        {
            var waiting = connection.List(
                "SELECT row, text, attempts FROM job_rows WHERE job = $job AND state = 0 AND retry_at <= $now ORDER BY row LIMIT $limit",
                row => new JobRow(row.GetInt64(0), row.GetString(1), row.GetInt32(2)),
                ("$job", job.Id), ("$now", Now), ("$limit", rows));
            if (waiting.Count > 0)
            {
                return (job, (IReadOnlyList<JobRow>)waiting);
            }
        }

        return ((JobInfo, IReadOnlyList<JobRow>)?)null;
    });

    /// <summary>Keeps what became of rows. Rows of a job that is gone, or that have a result already, are left as they are.</summary>
    public Task CompleteAsync(string id, IReadOnlyList<RowOutcome> outcomes) => database.WriteAsync(connection =>
    {
        var done = 0;
        var failed = 0;
        var entries = new List<(string Kind, byte[] Body)>();
        foreach (var outcome in outcomes)
        {
            var state = outcome.Result is not null ? 1 : outcome.RetryAt is null ? 2 : 0;
            var changed = connection.Execute(
                "UPDATE job_rows SET state = $state, attempts = attempts + 1, retry_at = $retry, result = $result, error = $error WHERE job = $job AND row = $row AND state = 0",
                ("$state", state), ("$retry", outcome.RetryAt?.ToUnixTimeMilliseconds() ?? 0), ("$result", outcome.Result), ("$error", outcome.Error), ("$job", id), ("$row", outcome.Row));
            if (changed == 0)
            {
                continue;
            }

            done += state == 1 ? 1 : 0;
            failed += state == 2 ? 1 : 0;
            if (outcome.Entry is { } body)
            {
                entries.Add((outcome.Kind, body));
            }
        }

        foreach (var kind in entries.GroupBy(entry => entry.Kind))
        {
            journal.Append(connection, [.. kind.Select(entry => entry.Body)], kind.Key);
        }

        connection.Execute("UPDATE jobs SET done = done + $done, failed = failed + $failed WHERE id = $id", ("$done", done), ("$failed", failed), ("$id", id));
        connection.Execute("UPDATE jobs SET state = 'Done', finished = $now WHERE id = $id AND state IN ('Running', 'Paused') AND done + failed = total", ("$now", Now), ("$id", id));
    });

    /// <summary>Pauses, resumes or gives up a job.</summary>
    /// <returns>The job as it is now, or null where there is none; one that has ended stays as it is.</returns>
    public Task<JobInfo?> ChangeAsync(string id, JobState state) => database.WriteAsync(connection =>
    {
        connection.Execute(
            "UPDATE jobs SET state = $state, finished = CASE WHEN $state = 'Cancelled' THEN $now END WHERE id = $id AND state IN ('Running', 'Paused')",
            ("$state", state.ToString()), ("$now", Now), ("$id", id));
        return Find(connection, id);
    });

    /// <summary>Lets the rows that were set aside be tried again.</summary>
    public Task<JobInfo?> RetryFailedAsync(string id) => database.WriteAsync(connection =>
    {
        var rows = connection.Execute("UPDATE job_rows SET state = 0, attempts = 0, retry_at = 0, error = NULL WHERE job = $id AND state = 2", ("$id", id));
        if (rows > 0)
        {
            connection.Execute("UPDATE jobs SET failed = failed - $rows, state = 'Running', finished = NULL WHERE id = $id AND state <> 'Receiving'", ("$rows", rows), ("$id", id));
        }

        return Find(connection, id);
    });

    /// <summary>The results and errors behind a row, in the rows' order.</summary>
    public IReadOnlyList<(long Row, string Text, string? Result, string? Error)> Results(string id, long after, int limit) => database.Read(connection => connection.List(
        "SELECT row, text, result, error FROM job_rows WHERE job = $job AND row > $after AND state <> 0 ORDER BY row LIMIT $limit",
        row => (row.GetInt64(0), row.GetString(1), row.Text(2), row.Text(3)),
        ("$job", id), ("$after", after), ("$limit", limit)));

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static JobInfo? Find(SqliteConnection connection, string id) =>
        connection.List(Jobs + " WHERE id = $id", Read, ("$id", id)) is [var job] ? job : null;

    private static JobInfo Read(SqliteDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        Enum.Parse<JobState>(row.GetString(2)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(3)),
        row.IsDBNull(4) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(4)),
        row.GetInt64(5),
        row.GetInt64(6),
        row.GetInt64(7),
        row.GetInt32(8),
        row.Text(9),
        row.Text(10));
}
