using Microsoft.Data.Sqlite;
using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Journal;

/// <summary>Opens the database of a service, which may be running, to read its journal.</summary>
internal static class JournalFile
{
    public static T Read<T>(string path, Func<SqliteConnection, T> work)
    {
        if (!File.Exists(path))
        {
            throw new WorkerException($"There is no journal at '{path}'. It is the file worker.db in the folder that 'slm-edge serve --data' names.");
        }

        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
            connection.Open();
            connection.Execute("PRAGMA busy_timeout=10000");
            using var transaction = connection.BeginTransaction(deferred: true);
            return work(connection);
        }
        catch (SqliteException error)
        {
            throw new WorkerException($"'{path}' cannot be read as a journal: {error.Message}", error);
        }
    }
}
