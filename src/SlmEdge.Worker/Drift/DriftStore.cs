using SlmEdge.Bundles.Drift;
using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Drift;

/// <summary>Keeps what the comparison remembers, and its alarms, across restarts.</summary>
internal sealed class DriftStore(StateDatabase database)
{
    private const int MaxAlarms = 1000;

    /// <summary>What was kept of a reference.</summary>
    /// <returns>Null where there is nothing, or something of another reference.</returns>
    public byte[]? Find(string reference) => Read(connection => connection.Find<byte[]>("SELECT state FROM drift WHERE reference = $reference", ("$reference", reference)));

    /// <summary>The newest alarms, the newest first.</summary>
    public IReadOnlyList<DriftAlarm> ListAlarms(int most) => Read(connection => connection.List(
        "SELECT time, bundle, version, statistic, begins, value, threshold, texts FROM drift_alarms ORDER BY id DESC LIMIT $most",
        row => new DriftAlarm(
            DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(0)),
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
                connection.Execute("INSERT INTO drift VALUES (1, $reference, $state) ON CONFLICT (one) DO UPDATE SET reference = $reference, state = $state", ("$reference", reference), ("$state", state));
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
                }

                connection.Execute("DELETE FROM drift_alarms WHERE id <= (SELECT max(id) FROM drift_alarms) - $kept", ("$kept", MaxAlarms));
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
