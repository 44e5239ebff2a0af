using System.Globalization;
using DuckDB.NET.Data;

namespace SlmEdge.Datasets.Storage;

/// <summary>
/// A key table in a DuckDB file, which sorts and groups within a set amount of memory and goes to the disk beyond it. The file is
/// removed afterwards.
/// </summary>
internal sealed class DuckDbKeyTable : IKeyTable, IDisposable
{
    private readonly int _columns;
    private readonly string _folder;
    private readonly DuckDBConnection _connection;
    private DuckDBAppender? _appender;

    /// <param name="columns">Keys of each row.</param>
    /// <param name="temporaryFolder">Where the file goes.</param>
    /// <param name="memoryBytes">What DuckDB may use.</param>
    /// <param name="threads">Threads that DuckDB may use.</param>
    public DuckDbKeyTable(int columns, string temporaryFolder, long memoryBytes, int threads)
    {
        _columns = columns;
        _folder = Path.Combine(temporaryFolder, $"slmedge-keys-{Guid.NewGuid():N}");
        Directory.CreateDirectory(_folder);
        _connection = new DuckDBConnection($"DataSource={Path.Combine(_folder, "keys.duckdb")}");
        try
        {
            _connection.Open();
            Execute(string.Create(CultureInfo.InvariantCulture, $"SET memory_limit = '{Math.Max(128, memoryBytes >> 20)}MiB'"));
            Execute(string.Create(CultureInfo.InvariantCulture, $"SET threads = {threads}"));
            Execute("SET preserve_insertion_order = false");
            Execute($"CREATE TABLE keys (row INTEGER, {string.Join(", ", Enumerable.Range(0, columns).Select(i => $"k{i} UBIGINT"))})");
            _appender = _connection.CreateAppender("keys");
        }
        catch (DuckDBException exception)
        {
            Dispose();
            throw Failed(exception);
        }
    }

    public void Add(int row, ReadOnlySpan<ulong> keys)
    {
        try
        {
            IDuckDBAppenderRow line = _appender!.CreateRow().AppendValue(row);
            for (int column = 0; column < _columns; column++)
            {
                line.AppendValue(keys[column]);
            }

            line.EndRow();
        }
        catch (DuckDBException exception)
        {
            throw Failed(exception);
        }
    }

    public IEnumerable<int[]> Groups(int column, CancellationToken cancellation)
    {
        using DuckDBCommand command = _connection.CreateCommand();
        command.UseStreamingMode = true;
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT k{column}, row FROM keys WHERE k{column} IN (SELECT k{column} FROM keys GROUP BY k{column} HAVING count(*) > 1) ORDER BY k{column}, row");
        using DuckDBDataReader reader = Guard(() =>
        {
            _appender?.Dispose();
            _appender = null;
            using CancellationTokenRegistration stop = cancellation.Register(command.Cancel);
            return command.ExecuteReader();
        });
        var rows = new List<int>();
        ulong key = 0;
        while (Guard(reader.Read))
        {
            cancellation.ThrowIfCancellationRequested();
            ulong next = reader.GetFieldValue<ulong>(0);
            if (rows.Count > 0 && next != key)
            {
                yield return [.. rows];
                rows.Clear();
            }

            key = next;
            rows.Add(reader.GetInt32(1));
        }

        if (rows.Count > 0)
        {
            yield return [.. rows];
        }

        T Guard<T>(Func<T> work)
        {
            try
            {
                return work();
            }
            catch (DuckDBException exception)
            {
                cancellation.ThrowIfCancellationRequested();
                throw Failed(exception);
            }
        }
    }

    public void Dispose()
    {
        _appender?.Dispose();
        _connection.Dispose();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private void Execute(string sql)
    {
        using DuckDBCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private DatasetException Failed(DuckDBException exception) => new(
        $"DuckDB cannot sort the keys of the rows in '{_folder}': {exception.Message} Give it more --memory, or name a --temp folder with free space.", exception);
}
