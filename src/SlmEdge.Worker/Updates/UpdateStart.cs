using SlmEdge.Bundles;
using SlmEdge.Bundles.Store;
using SlmEdge.Runtime;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Updates;

/// <summary>How a service that takes updates starts: with the active version, or the one before if the active one is on trial and does not hold.</summary>
internal static class UpdateStart
{
    /// <summary>Opens the version that is to run.</summary>
    /// <param name="options">Store and name.</param>
    /// <param name="open">Opens the bundle in a folder as the service runs it.</param>
    /// <param name="log">The log.</param>
    /// <param name="time">The clock.</param>
    /// <param name="ct">Gives the start up.</param>
    /// <exception cref="BundleException">The store has no such bundle, or no version of it is whole.</exception>
    /// <exception cref="WorkerException">The store cannot be written.</exception>
    public static async Task<(Updater Updater, IServingEngine First)> OpenAsync(
        UpdateOptions options, Func<string, CancellationToken, Task<IServingEngine>> open, WorkerLog log, TimeProvider time, CancellationToken ct)
    {
        options.Validate();
        var store = new UpdateStore(options, log);
        store.ClearStaging();
        var record = UpdateRecord.Load(store.RecordPath, log);
        var resolved = store.Resolve();
        if (record.Trial is { } trial)
        {
            trial = trial with { Crashes = trial.Crashes + (trial.Running ? 1 : 0), Running = true };
            var reason = trial.GoingBack
                ?? (trial.Crashes > options.Trial.MaxCrashes ? $"The service ended {trial.Crashes} times without a stop since the version took over." : null);
            record = resolved.Version != trial.Version ? Interrupted(record, trial, resolved)
                : reason is null ? record with { Trial = trial }
                : GoBack(record, trial, reason);
            record.Save(store.RecordPath);
            resolved = store.Resolve();
        }

        IServingEngine engine;
        try
        {
            engine = await open(resolved.Folder, ct).ConfigureAwait(false);
        }
        catch (RuntimeException error) when (record.Trial is not null)
        {
            record = GoBack(record, record.Trial, error.Message);
            record.Save(store.RecordPath);
            engine = await open(store.Resolve().Folder, ct).ConfigureAwait(false);
        }

        return (new Updater(options, store, open, engine, record, log, time), engine);

        UpdateRecord Interrupted(UpdateRecord record, TrialRecord trial, ResolvedBundle resolved) => (record with { Trial = null }).With(new UpdateEntry(
            time.GetUtcNow(), trial.Previous, trial.Version, trial.Source, trial.GoingBack is null && resolved.Fallback is null ? UpdateOutcome.Interrupted : UpdateOutcome.RolledBack, trial.GoingBack ?? resolved.Fallback));

        UpdateRecord GoBack(UpdateRecord record, TrialRecord trial, string reason)
        {
            store.Activate(trial.Previous);
            log.Write(WorkerLogLevel.Error, "update-rolled-back", ("from", trial.Version), ("to", trial.Previous), ("reason", reason));
            return (record with { Trial = null }).With(new UpdateEntry(time.GetUtcNow(), trial.Previous, trial.Version, trial.Source, UpdateOutcome.RolledBack, reason));
        }
    }
}
