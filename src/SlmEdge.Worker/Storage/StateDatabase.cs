using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace SlmEdge.Worker.Storage;

/// <summary>
/// The service's SQLite file. One thread writes: what waits meanwhile goes into one transaction, so that many callers share one wait for the disk, and a write that has
/// been answered is on it (write-ahead log, <c>synchronous=FULL</c>).
/// </summary>
/// <remarks>
/// A file that is damaged is moved aside, never emptied, and a new one is begun. While the disk is full, writes fail with <see cref="StorageException"/> and reads go on;
/// the next write tries again. Safe to use from several threads.
/// </remarks>
internal sealed class StateDatabase : IAsyncDisposable
{
    private const int MostWritesTogether = 1024;

    // https://www.sqlite.org/rescode.html
    private const int Corrupt = 11;
    private const int Constraint = 19;
    private const int NotADatabase = 26;

    private readonly string path;
    private readonly IReadOnlyList<string> schema;
    private readonly WorkerLog log;
    private readonly TimeProvider time;
    private readonly Channel<Write> writes = Channel.CreateUnbounded<Write>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock readGate = new();
    private readonly Task loop;
    private SqliteConnection writer;
    private SqliteConnection reader;
    private string? trouble;

    private StateDatabase(string path, IReadOnlyList<string> schema, WorkerLog log, TimeProvider time)
    {
        this.path = path;
        this.schema = schema;
        this.log = log;
        this.time = time;
        (writer, reader) = Open();
        loop = Task.Factory.StartNew(RunAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
    }

    /// <summary>What keeps it from writing at present, in a sentence; null when nothing does.</summary>
    public string? Trouble => Volatile.Read(ref trouble);

    /// <summary>Opens a file, or makes it. A damaged one is moved aside.</summary>
    /// <param name="path">The file; its folder has to exist.</param>
    /// <param name="schema">Statements that make the tables where they are missing.</param>
    /// <param name="log">Told when a damaged file was moved.</param>
    /// <param name="time">The clock for the name of a file that is moved.</param>
    /// <exception cref="StorageException">The file cannot be opened, or another process has it.</exception>
    public static StateDatabase Open(string path, IReadOnlyList<string> schema, WorkerLog log, TimeProvider? time = null) => new(path, schema, log, time ?? TimeProvider.System);

    /// <summary>Does something in the next transaction.</summary>
    /// <param name="work">The writes; an exception undoes them alone.</param>
    /// <returns>Ends when the transaction is on the disk.</returns>
    /// <exception cref="StorageException">The transaction could not be kept.</exception>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> work)
    {
        T result = default!;
        var write = new Write(connection => result = work(connection));
        if (!writes.Writer.TryWrite(write))
        {
            throw new StorageException("The service is stopping.");
        }

        await write.Done.Task.ConfigureAwait(false);
        return result;
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Action<SqliteConnection> work) => WriteAsync(connection =>
    {
        work(connection);
        return true;
    });

    /// <summary>Reads what is on the disk, as of one moment.</summary>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public T Read<T>(Func<SqliteConnection, T> work)
    {
        lock (readGate)
        {
            try
            {
                using var transaction = reader.BeginTransaction(deferred: true);
                return work(reader);
            }
            catch (SqliteException error)
            {
                throw new StorageException($"'{path}' cannot be read: {error.Message}", error);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        writes.Writer.TryComplete();
        await loop.ConfigureAwait(false);
        Close();
    }

    private async Task RunAsync()
    {
        var together = new List<Write>();
        while (await writes.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            together.Clear();
            while (together.Count < MostWritesTogether && writes.Reader.TryRead(out var write))
            {
                together.Add(write);
            }

            try
            {
                Commit(together);
                Report(null);
                foreach (var write in together)
                {
                    write.Answer(null);
                }
            }
            catch (Exception error)
            {
                // Whatever it was: without this loop nothing would ever be written again, and who waits would wait for ever.
                var damaged = error is SqliteException { SqliteErrorCode: Corrupt or NotADatabase };
                Report(damaged ? $"'{path}' is damaged: {error.Message}" : $"'{path}' cannot be written: {error.Message}");
                if (damaged)
                {
                    BeginAnew();
                }

                foreach (var write in together)
                {
                    write.Answer(new StorageException($"'{path}' cannot be written: {error.Message}", error));
                }
            }
        }
    }

    private void Commit(List<Write> together)
    {
        using var transaction = writer.BeginTransaction(deferred: false);
        foreach (var write in together)
        {
            transaction.Save("one");
            try
            {
                write.Work(writer);
            }
            catch (SqliteException error) when (error.SqliteErrorCode != Constraint)
            {
                // Not this write's fault: the disk's.
                throw;
            }
            catch (Exception error)
            {
                transaction.Rollback("one");
                write.Fault = error;
            }

            transaction.Release("one");
        }

        transaction.Commit();
    }

    private void Report(string? now)
    {
        if (now == trouble)
        {
            return;
        }

        log.Write(
            now is null ? WorkerLogLevel.Information : WorkerLogLevel.Error,
            now is null ? "storage-recovered" : "storage-failed",
            ("detail", now ?? $"'{path}' is written again."));
        Volatile.Write(ref trouble, now);
    }

    private void BeginAnew()
    {
        lock (readGate)
        {
            Close();
            MoveAside("found while it was written");
            (writer, reader) = Open();
        }
    }

    private (SqliteConnection Writer, SqliteConnection Reader) Open()
    {
        try
        {
            if (File.Exists(path) && FindDamage() is { } damage)
            {
                MoveAside(damage);
            }

            var connection = Connect(readOnly: false);
            foreach (var statement in (string[])["PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA busy_timeout=10000", .. schema])
            {
                Execute(connection, statement);
            }

            var second = Connect(readOnly: true);
            Execute(second, "PRAGMA busy_timeout=10000");
            return (connection, second);
        }
        catch (SqliteException error)
        {
            throw new StorageException($"'{path}' cannot be opened: {error.Message} Check that its folder can be written and has room.", error);
        }
    }

    private string? FindDamage()
    {
        try
        {
            using var connection = Connect(readOnly: false);
            using var check = connection.CreateCommand();
            check.CommandText = "PRAGMA quick_check(1)";
            return check.ExecuteScalar() is "ok" ? null : "its pages do not agree";
        }
        catch (SqliteException error) when (error.SqliteErrorCode is Corrupt or NotADatabase)
        {
            return error.Message;
        }
    }

    private void MoveAside(string reason)
    {
        var aside = $"{path}.damaged-{time.GetUtcNow():yyyyMMdd-HHmmssfff}";
        foreach (var suffix in (string[])["", "-wal", "-shm"])
        {
            if (File.Exists(path + suffix))
            {
                File.Move(path + suffix, aside + suffix);
            }
        }

        log.Write(WorkerLogLevel.Error, "storage-damaged", ("detail", $"'{path}' is damaged ({reason}). It was moved to '{aside}' and a new one is begun."), ("movedTo", aside));
    }

    private SqliteConnection Connect(bool readOnly)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = readOnly ? SqliteOpenMode.ReadOnly : SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
        }.ToString());
        connection.Open();
        return connection;
    }

    private void Close()
    {
        reader.Dispose();
        writer.Dispose();
    }

    private static void Execute(SqliteConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    private sealed class Write(Action<SqliteConnection> work)
    {
        public Action<SqliteConnection> Work => work;

        // The writer must not run what waits for it.
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Exception? Fault { get; set; }

        public void Answer(Exception? error)
        {
            if ((error ?? Fault) is { } failure)
            {
                Done.TrySetException(failure);
            }
            else
            {
                Done.TrySetResult();
            }
        }
    }
}
