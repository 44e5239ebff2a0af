using SlmEdge.Bundles.Drift;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Drift;

/// <summary>
/// Compares what the served bundle and its adapters are asked with what each was tested with, and raises alarms. What adapters answer that have no reference is left out, and counted.
/// </summary>
/// <remarks>Safe to use from several threads. Taking an answer neither waits for the disk nor for the network.</remarks>
internal sealed class DriftWatch(WorkerLog log, AlarmWebhook? webhook, TimeProvider time) : IAsyncDisposable
{
    private const int MostAlarms = 100;

    // A killed service loses the texts of so many seconds from the comparison; each write is some kilobytes.
    private static readonly TimeSpan SaveInterval = TimeSpan.FromSeconds(10);

    private readonly Lock gate = new();
    private readonly LinkedList<DriftAlarm> recent = [];
    private readonly Dictionary<string, (string Sha256, WatchedModel Model)> adapters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> saved = new(StringComparer.Ordinal);
    private DriftStore? store;
    private ServedBundle? served;
    private WatchedModel? own;
    private Task saving = Task.CompletedTask;
    private long raised;
    private long leftOut;

    /// <summary>Alarms that began since the service started.</summary>
    public long Raised => Volatile.Read(ref raised);

    /// <summary>Texts that were answered by adapters without a reference since the service started, and so compared with nothing.</summary>
    public long LeftOut => Volatile.Read(ref leftOut);

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

    /// <summary>The comparison of a bundle's own model, or null where the bundle has no reference.</summary>
    public WatchedModel? Own(ServedBundle bundle)
    {
        lock (gate)
        {
            return Watch(bundle);
        }
    }

    /// <summary>The comparisons of the adapters that are loaded and have a reference.</summary>
    public IReadOnlyList<WatchedModel> AdaptersOf(IReadOnlyList<AdapterInfo> loaded)
    {
        lock (gate)
        {
            return [.. loaded.Select(Watch).OfType<WatchedModel>()];
        }
    }

    /// <summary>Takes what was decided.</summary>
    /// <param name="engine">What decided.</param>
    /// <param name="bundle">What it served when it was asked.</param>
    /// <param name="decisions">The decisions.</param>
    public void Decided(IServingEngine engine, ServedBundle bundle, IReadOnlyList<Decision> decisions)
    {
        IReadOnlyList<AdapterInfo>? loaded = null;
        foreach (var decision in decisions)
        {
            // During an update the version before may still answer requests that it has begun.
            if (decision.BundleVersion == bundle.Manifest.Version && decision.BundleName == bundle.Manifest.Name)
            {
                Take(bundle, decision.Adapter, decision.Adapter is null ? [] : loaded ??= engine.Adapters, decision.Tokens.Count > 0, watched => Add(watched, decision));
            }
        }
    }

    /// <summary>Takes a document that was extracted.</summary>
    public void Answered(IServingEngine engine, ServedBundle bundle, ExtractionResult result) =>
        Answered(engine, bundle, result.Adapter, result.TextTokens, result.Usage.AnswerTokens, isUnfinished: false);

    /// <summary>Takes an answer that was written.</summary>
    public void Answered(IServingEngine engine, ServedBundle bundle, GeneratedText result) =>
        Answered(engine, bundle, result.Adapter, result.TextTokens, result.Usage.AnswerTokens, result.FinishReason == FinishReason.Length);

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
            foreach (var watched in adapters.Values.Select(adapter => adapter.Model).Append(own).OfType<WatchedModel>())
            {
                Save(watched, []);
            }

            return saving;
        }
    }

    private static IReadOnlyList<DriftChange> Add(WatchedModel watched, Decision decision)
    {
        if (watched.Monitor.Reference.LabelCount == 0)
        {
            return watched.Monitor.Add(new DriftAnswer(decision.Tokens));
        }

        var scores = new List<DriftScore>(DriftScore.MaxCount);
        for (var i = 0; i < Math.Min(decision.Scores.Count, DriftScore.MaxCount); i++)
        {
            if (watched.PlaceOf(decision.Scores[i].Label) is not (>= 0 and var place))
            {
                return [];
            }

            scores.Add(new DriftScore(place, decision.Scores[i].Probability));
        }

        return scores.Count == 0 ? [] : watched.Monitor.Add(scores[0].Label, decision.Confidence, decision.Tokens, scores);
    }

    private void Answered(IServingEngine engine, ServedBundle bundle, AdapterVersion? adapter, IReadOnlyList<int>? tokens, int answerTokens, bool isUnfinished)
    {
        // An update may have come between; then it is not said which version wrote it.
        if (ReferenceEquals(engine.Bundle, bundle))
        {
            Take(
                bundle,
                adapter,
                adapter is null ? [] : engine.Adapters,
                tokens is not null,
                watched => watched.Monitor.Reference.LabelCount > 0 ? [] : watched.Monitor.Add(new DriftAnswer(tokens!, isUnfinished ? null : answerTokens, isUnfinished)));
        }
    }

    private void Take(ServedBundle bundle, AdapterVersion? adapter, IReadOnlyList<AdapterInfo> loaded, bool isKnown, Func<WatchedModel, IReadOnlyList<DriftChange>> add)
    {
        WatchedModel watched;
        IReadOnlyList<DriftChange> changes;
        lock (gate)
        {
            var found = adapter is null
                ? Watch(bundle)
                : loaded.FirstOrDefault(info => info.Name == adapter.Name && info.Version == adapter.Version) is { } info ? Watch(info) : null;
            if (found is null || !isKnown)
            {
                leftOut += adapter is null ? 0 : 1;
                return;
            }

            watched = found;
            changes = add(watched);
            if (changes.Count == 0)
            {
                if (store is not null && time.GetElapsedTime(saved.GetValueOrDefault(watched.Key)) >= SaveInterval && saving.IsCompleted)
                {
                    Save(watched, []);
                }

                return;
            }
        }

        Raise(watched, changes);
    }

    private void Raise(WatchedModel watched, IReadOnlyList<DriftChange> changes)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()); // as it is kept
        DriftAlarm[] alarms = [.. changes.Select(change => new DriftAlarm(now, watched.Adapter, watched.Bundle, watched.Version, change))];
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

        var accuracy = watched.Monitor.Read().Accuracy;
        foreach (var alarm in alarms)
        {
            log.Write(
                alarm.Change.Begins ? WorkerLogLevel.Warning : WorkerLogLevel.Information,
                alarm.Change.Begins ? "drift-alarm" : "drift-ended",
                ("bundle", alarm.Bundle),
                ("version", alarm.Version),
                ("adapter", alarm.Adapter),
                ("statistic", DriftAlarm.Name(alarm.Change.Statistic)),
                ("value", alarm.Change.Value),
                ("threshold", alarm.Change.Threshold),
                ("texts", alarm.Change.Texts),
                ("estimatedAccuracy", accuracy?.Estimate));
            webhook?.Send(alarm, accuracy);
        }
    }

    private void Save(WatchedModel watched, IReadOnlyList<DriftAlarm> alarms)
    {
        if (store is not { } kept)
        {
            return;
        }

        saved[watched.Key] = time.GetTimestamp();
        var (state, before) = (watched.Monitor.Save(), saving);
        saving = KeepAsync();

        async Task KeepAsync()
        {
            await before.ConfigureAwait(false);
            await kept.KeepAsync(watched.Key, state, alarms).ConfigureAwait(false);
        }
    }

    private WatchedModel? Watch(ServedBundle bundle)
    {
        if (ReferenceEquals(served, bundle))
        {
            return own;
        }

        served = bundle;
        if (bundle.Drift is not { } reference)
        {
            return own = null;
        }

        // An engine that was started again serves the same bundle: the comparison goes on.
        var key = WatchedModel.KeyOf(reference, null);
        return own?.Key == key && own.Version == bundle.Manifest.Version ? own : own = WatchedModel.Of(bundle, key, Begin(reference, key));
    }

    private WatchedModel? Watch(AdapterInfo adapter)
    {
        if (adapter.Drift is not { } reference)
        {
            return null;
        }

        if (!adapters.TryGetValue(adapter.Name, out var known) || known.Sha256 != adapter.Sha256)
        {
            var key = WatchedModel.KeyOf(reference, adapter.Name);
            adapters[adapter.Name] = known = (adapter.Sha256, WatchedModel.Of(adapter, key, Begin(reference, key)));
        }

        return known.Model;
    }

    private DriftMonitor Begin(DriftReference reference, string key) =>
        (store?.Find(key) is { } state ? DriftMonitor.Restore(reference, state) : null) ?? new DriftMonitor(reference);
}
