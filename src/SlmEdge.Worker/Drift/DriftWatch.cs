using System.Security.Cryptography;
using SlmEdge.Bundles.Drift;
using SlmEdge.Runtime.Classification;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Drift;

/// <summary>
/// Compares what the served bundle is asked with what it was tested with, and raises alarms. What adapters decide is left out: the reference is of the bundle's own model.
/// </summary>
/// <remarks>Safe to use from several threads. <see cref="Decided"/> neither waits for the disk nor for the network.</remarks>
internal sealed class DriftWatch(WorkerLog log, AlarmWebhook? webhook, TimeProvider time) : IAsyncDisposable
{
    private const int MostAlarms = 100;

    // A killed service loses the texts of so many seconds from the comparison; each write is some kilobytes.
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly LinkedList<DriftAlarm> recent = [];
    private DriftStore? store;
    private Watched? current;
    private Task saving = Task.CompletedTask;
    private long saved;
    private long raised;

    /// <summary>Alarms that began since the service started.</summary>
    public long Raised => Volatile.Read(ref raised);

    /// <summary>The newest alarms, the newest first.</summary>
    public IReadOnlyList<DriftAlarm> Alarms
    {
        get
        {
            lock (gate)
            {
                return [.. recent];
            }
        }
    }

    /// <summary>The webhook's figures; null where there is none.</summary>
    public AlarmWebhook? Webhook => webhook;

    /// <summary>Goes on from what a service before kept. Before the first decision.</summary>
    public void Attach(DriftStore kept)
    {
        lock (gate)
        {
            store = kept;
            foreach (var alarm in kept.ListAlarms(MostAlarms))
            {
                recent.AddLast(alarm);
            }
        }
    }

    /// <summary>The comparison for a bundle, or null where the bundle has no reference.</summary>
    public DriftMonitor? Monitor(ServedBundle bundle)
    {
        lock (gate)
        {
            return Watch(bundle)?.Monitor;
        }
    }

    /// <summary>Takes what was decided.</summary>
    public void Decided(ServedBundle bundle, IReadOnlyList<Decision> decisions)
    {
        if (bundle.Drift is null)
        {
            return;
        }

        foreach (var decision in decisions)
        {
            // During an update the version before may still answer requests that it has begun.
            if (decision.Adapter is null && decision.Tokens.Count > 0 && decision.BundleVersion == bundle.Manifest.Version && decision.BundleName == bundle.Manifest.Name)
            {
                Take(bundle, decision);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (webhook is not null)
        {
            await webhook.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Keeps what is not kept yet; before the database is closed.</summary>
    public Task SaveAsync()
    {
        lock (gate)
        {
            if (current is { Monitor: not null } watched && store is not null)
            {
                Save(watched, []);
            }

            return saving;
        }
    }

    private void Take(ServedBundle bundle, Decision decision)
    {
        var label = bundle.Manifest.Task.IndexOf(decision.Scores[0].Label);
        Watched watched;
        IReadOnlyList<DriftChange> changes;
        lock (gate)
        {
            if (Watch(bundle) is not { Monitor: { } monitor } found || label < 0)
            {
                return;
            }

            watched = found;
            changes = monitor.Add(label, decision.Confidence, decision.Tokens);
            if (changes.Count == 0)
            {
                if (store is not null && time.GetElapsedTime(saved) >= SaveInterval && saving.IsCompleted)
                {
                    Save(watched, []);
                }

                return;
            }
        }

        Raise(watched, changes);
    }

    private void Raise(Watched watched, IReadOnlyList<DriftChange> changes)
    {
        var manifest = watched.Bundle.Manifest;
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()); // as it is kept
        DriftAlarm[] alarms = [.. changes.Select(change => new DriftAlarm(now, manifest.Name, manifest.Version, change))];
        lock (gate)
        {
            foreach (var alarm in alarms)
            {
                recent.AddFirst(alarm);
                raised += alarm.Change.Begins ? 1 : 0;
            }

            while (recent.Count > MostAlarms)
            {
                recent.RemoveLast();
            }

            if (store is not null)
            {
                Save(watched, alarms);
            }
        }

        var accuracy = watched.Monitor!.Read().Accuracy;
        foreach (var alarm in alarms)
        {
            log.Write(
                alarm.Change.Begins ? WorkerLogLevel.Warning : WorkerLogLevel.Information,
                alarm.Change.Begins ? "drift-alarm" : "drift-ended",
                ("bundle", alarm.Bundle),
                ("version", alarm.Version),
                ("statistic", DriftAlarm.Name(alarm.Change.Statistic)),
                ("value", alarm.Change.Value),
                ("threshold", alarm.Change.Threshold),
                ("texts", alarm.Change.Texts),
                ("estimatedAccuracy", accuracy?.Estimate));
            webhook?.Send(alarm, accuracy);
        }
    }

    private void Save(Watched watched, IReadOnlyList<DriftAlarm> alarms)
    {
        saved = time.GetTimestamp();
        var (kept, state, before) = (store!, watched.Monitor!.Save(), saving);
        saving = KeepAsync();

        async Task KeepAsync()
        {
            await before.ConfigureAwait(false);
            await kept.KeepAsync(watched.Key!, state, alarms).ConfigureAwait(false);
        }
    }

    private Watched? Watch(ServedBundle bundle)
    {
        if (current is not null && ReferenceEquals(current.Bundle, bundle))
        {
            return current;
        }

        if (bundle.Drift is not { } reference)
        {
            return current = new Watched(bundle, null, null);
        }

        // An engine that was started again serves the same bundle: the comparison goes on.
        var key = Convert.ToHexStringLower(SHA256.HashData(reference.ToUtf8()));
        if (current is { Monitor: { } going } && current.Key == key && current.Bundle.Manifest.Version == bundle.Manifest.Version)
        {
            return current = new Watched(bundle, key, going);
        }

        var monitor = store?.Find(key) is { } state ? DriftMonitor.Restore(reference, state) : null;
        return current = new Watched(bundle, key, monitor ?? new DriftMonitor(reference));
    }

    private sealed record Watched(ServedBundle Bundle, string? Key, DriftMonitor? Monitor);
}
