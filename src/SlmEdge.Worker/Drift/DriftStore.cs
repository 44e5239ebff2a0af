using SlmEdge.Bundles.Drift;
using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Drift;

/// <summary>Keeps what the comparison remembers, and its alarms, across restarts.</summary>
internal sealed class DriftStore(StateDatabase database)
{
    private const int MaxAlarms = 1000;

    // The own model and as many adapters; those that were written to last.
    private const int MaxStates = 64;

    /// <summary>What was kept of a reference.</summary>
    /// <returns>Null where there is nothing, or something of another reference.</returns>
    public byte[]? Find(string reference) => Read(connection => connection.Find<byte[]>("SELECT state FROM drift_states WHERE reference = $reference", ("$reference", reference)));

    /// <summary>The newest alarms, the newest first.</summary>
    public IReadOnlyList<DriftAlarm> ListAlarms(int most) => Read(connection => connection.List(
        "SELECT time, bundle, version, statistic, begins, value, threshold, texts, adapter FROM drift_alarms LEFT JOIN drift_alarm_adapters USING (id) ORDER BY id DESC LIMIT $most",
        row => new DriftAlarm(
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)),
            row.IsDBNull(8) ? null : row.GetString(8),
            row.GetString(1),
            row.GetString(2),
            new DriftChange(DriftAlarm.Statistic(row.GetString(3)), row.GetBoolean(4), row.GetDouble(5), row.GetDouble(6), row.GetInt64(7))),
        ("$most", most))) ?? [];

    /// <summary>Keeps both; a disk that does not take them has said so itself, and the comparison goes on in memory.</summary>
    public async Task KeepAsync(string reference, byte[] state, IReadOnlyList<DriftAlarm> alarms)
    {
        try
        {
            await database.WriteAsync(connection =>
            {
                connection.Execute(
                    "INSERT INTO drift_states VALUES ($reference, $state, (SELECT 1 + coalesce(max(written), 0) FROM drift_states)) ON CONFLICT (reference) DO UPDATE SET state = excluded.state, written = excluded.written",
                    ("$reference", reference),
                    ("$state", state));
                connection.Execute("DELETE FROM drift_states WHERE reference NOT IN (SELECT reference FROM drift_states ORDER BY written DESC LIMIT $kept)", ("$kept", MaxStates));
                foreach (var alarm in alarms)
                {
                    connection.Execute(
                        "INSERT INTO drift_alarms (time, bundle, version, statistic, begins, value, threshold, texts) VALUES ($time, $bundle, $version, $statistic, $begins, $value, $threshold, $texts)",
                        ("$time", alarm.Time.ToUnixTimeMilliseconds()),
                        ("$bundle", alarm.Bundle),
                        ("$version", alarm.Version),
                        ("$statistic", DriftAlarm.Name(alarm.Change.Statistic)),
                        ("$begins", alarm.Change.Begins),
                        ("$value", alarm.Change.Value),
                        ("$threshold", alarm.Change.Threshold),
                        ("$texts", alarm.Change.Texts));
                    if (alarm.Adapter is not null)
                    {
                        connection.Execute("INSERT INTO drift_alarm_adapters VALUES (last_insert_rowid(), $adapter)", ("$adapter", alarm.Adapter));
                    }
                }

                connection.Execute("DELETE FROM drift_alarms WHERE id <= (SELECT max(id) FROM drift_alarms) - $kept", ("$kept", MaxAlarms));
                connection.Execute("DELETE FROM drift_alarm_adapters WHERE id NOT IN (SELECT id FROM drift_alarms)");
            }).ConfigureAwait(false);
        }
        catch (StorageException)
        {
        }
    }

    private T? Read<T>(Func<Microsoft.Data.Sqlite.SqliteConnection, T?> work)
    {
        try
        {
            return database.Read(work);
        }
        catch (StorageException)
        {
            return default;
        }
    }
}
