using SlmEdge.Bundles;
using SlmEdge.Bundles.Store;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Tasks;
using SlmEdge.Worker.Isolation;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Updates;

/// <summary>
/// Lets another version of the served bundle take over while requests run: installed into the store's other slot, tried there, switched to between two requests, watched, and
/// sent back if it does worse.
/// </summary>
/// <remarks>
/// The record of a trial is on the disk before the store switches, and the reason to go back before the store goes back: wherever the process ends, the next start finds a whole
/// version and knows what it was about.
/// </remarks>
internal sealed class Updater : IAnswerObserver, IAsyncDisposable
{
    private const int MostTries = 3;

    private readonly UpdateOptions options;
    private readonly UpdateStore store;
    private readonly Func<string, CancellationToken, Task<IServingEngine>> open;
    private readonly WorkerLog log;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim one = new(1);
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly UpdateRecordFile file;
    private Func<IServingEngine, Task> switchTo = null!;
    private IServingEngine current;
    private AnswerFigures figures = new();
    private UpdateRecord record;
    private UpdatePhase phase;
    private ShadowRun? shadow;
    private ITimer? trialEnd;
    private long nextLook;
    private bool disposed;
    private Task background = Task.CompletedTask;
    private Task draining = Task.CompletedTask;

    /// <param name="options">Limits and trial.</param>
    /// <param name="store">The store with the served bundle.</param>
    /// <param name="open">Opens the bundle in a folder as the service runs it.</param>
    /// <param name="first">What runs.</param>
    /// <param name="record">What is known of updates so far.</param>
    /// <param name="log">The log.</param>
    /// <param name="time">The clock.</param>
    internal Updater(
        UpdateOptions options, UpdateStore store, Func<string, CancellationToken, Task<IServingEngine>> open, IServingEngine first, UpdateRecord record, WorkerLog log, TimeProvider time)
    {
        this.options = options;
        this.store = store;
        this.open = open;
        this.log = log;
        this.time = time;
        this.record = record;
        current = first;
        file = new UpdateRecordFile(store.RecordPath, Read, log);
    }

    /// <summary>Begins to watch.</summary>
    public void Attach(LiveEngine engine)
    {
        switchTo = engine.SwitchAsync;
        engine.Observer = this;
        lock (gate)
        {
            if (record.Trial is { } trial)
            {
                figures = trial.After.Copy();
                BeginTrial(trial);
            }
        }
    }

    /// <summary>Where files that are being received lie: on the store's file system, cleared at every start.</summary>
    public string StagingFolder => store.StagingFolder;

    /// <summary>Most bytes of a bundle.</summary>
    public long MaxBundleBytes => options.MaxBundleBytes;

    /// <summary>What is known at this moment.</summary>
    public UpdateStatus Status
    {
        get
        {
            lock (gate)
            {
                return new UpdateStatus(phase, current.Bundle.Manifest.Version, record.Trial is { } trial ? trial with { After = figures.Copy() } : null, figures.Copy(), shadow?.Done, shadow?.Requests, record.History);
            }
        }
    }

    /// <summary>Whether a file of the folder was taken already, or ended the service whenever it was tried.</summary>
    public bool HasSeen(string hash)
    {
        lock (gate)
        {
            return record.Seen.Contains(hash) || (record.Trying is { } trying && trying.Hash == hash && trying.Times >= MostTries);
        }
    }

    /// <summary>Notes that a file of the folder is going to be tried.</summary>
    public void BeginTrying(string hash) => Change(record => record with { Trying = new TriedFile(hash, record.Trying is { } trying && trying.Hash == hash ? trying.Times + 1 : 1) });

    /// <summary>Notes that a file of the folder was taken or refused, and is not tried again.</summary>
    public void EndTrying(string hash) => Change(record => record.WithSeen(hash) with { Trying = null });

    /// <summary>Begins to end: what is under way gives up.</summary>
    public Task StopAsync() => disposed ? Task.CompletedTask : stop.CancelAsync();

    /// <summary>Refuses what would be refused anyway before a large file is received.</summary>
    /// <exception cref="UpdateException">Another update is under way, there are no trusted keys, or the shadow run cannot be made.</exception>
    public void RequireReady(int shadowRequests)
    {
        lock (gate)
        {
            if (phase != UpdatePhase.Idle)
            {
                throw Busy();
            }
        }

        store.RequireKeys().Dispose();
        if (shadowRequests > 0 && current.Bundle.Kind != TaskKind.Classify)
        {
            throw new UpdateException(UpdateRefusal.OtherBundle, "Only the decisions of a bundle that classifies can be compared in a shadow run; leave it out.");
        }
    }

    /// <summary>Installs a bundle and lets it take over.</summary>
    /// <param name="bundle">A file that nobody changes.</param>
    /// <param name="source">Where it came from, for the record.</param>
    /// <param name="shadowRequests">Live requests that it answers in the shadow first; 0 for none.</param>
    /// <returns>The new version.</returns>
    /// <exception cref="UpdateException">It was not taken; what ran goes on running.</exception>
    public async Task<string> InstallAsync(string bundle, string source, int shadowRequests)
    {
        RequireReady(shadowRequests);
        if (!await one.WaitAsync(TimeSpan.Zero).ConfigureAwait(false))
        {
            throw Busy();
        }

        var from = current.Bundle.Manifest.Version;
        string? to = null;
        IServingEngine? next = null;
        try
        {
            RequireReady(shadowRequests);
            SetPhase(UpdatePhase.Installing);
            await draining.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            using var trusted = store.RequireKeys();
            using (var slots = store.Open(trusted))
            {
                await slots.InstallAsync(
                    bundle,
                    new InstallOptions
                    {
                        Accept = manifest =>
                        {
                            to = manifest.Version;
                            BundleIdentity.Require(current.Bundle.Manifest, manifest);
                        },
                        HealthCheck = async (folder, ct) =>
                        {
                            next = await TryOutAsync(folder, shadowRequests, ct).ConfigureAwait(false);
                            NoteTrial(to!, from, source);
                        },
                        OnStep = options.OnStep,
                    },
                    stop.Token).ConfigureAwait(false);
            }

            Switch(next!);
            next = null;
            log.Write(WorkerLogLevel.Information, "updated", ("from", from), ("to", to), ("source", source));
            return to!;
        }
        catch (Exception error) when (error is BundleException or UpdateException or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            if (next is not null)
            {
                await next.DisposeAsync().ConfigureAwait(false);
            }

            // Before it is on record: what the service's end broke off was not refused, and what was refused before stays refused.
            var refusal = stop.IsCancellationRequested
                ? new UpdateException(UpdateRefusal.Stopping, "The service is stopping; send the bundle again.")
                : error as UpdateException ?? error.InnerException as UpdateException ?? new UpdateException(error is BundleStoreBusyException ? UpdateRefusal.Busy : UpdateRefusal.Refused, error.Message);
            Finish(new UpdateEntry(time.GetUtcNow(), from, to, source, UpdateOutcome.Refused, refusal.Message));
            log.Write(WorkerLogLevel.Warning, "update-refused", ("from", from), ("to", to), ("source", source), ("reason", refusal.Message));
            throw refusal;
        }
        finally
        {
            one.Release();
        }
    }

    public void Decided(IServingEngine engine, IReadOnlyList<Decision> decisions, ClassificationOptions? asked, TimeSpan took)
    {
        lock (gate)
        {
            if (engine != current)
            {
                return;
            }

            figures.Answers++;
            figures.Decisions += decisions.Count;
            figures.Abstentions += decisions.Count(decision => decision.Label is null);

            // Nobody waits for rows of jobs: how long they lay in the queue says nothing of the version.
            if (asked?.Priority != RequestPriority.Low)
            {
                figures.AddLatency(took);
            }

            if (asked?.Adapter is null)
            {
                shadow?.Offer(decisions, took);
            }

            Look();
        }
    }

    public void Written(IServingEngine engine, TimeSpan took)
    {
        lock (gate)
        {
            if (engine == current)
            {
                figures.Answers++;
                figures.AddLatency(took);
                Look();
            }
        }
    }

    public void Failed(IServingEngine engine, Exception error)
    {
        // What was asked wrongly, too much or given up is no fault of the version.
        if (error is not RuntimeException or InvalidTextException or RuntimeBusyException or RuntimeStoppedException or DeadlineMissedException or AdapterException)
        {
            return;
        }

        lock (gate)
        {
            if (engine == current)
            {
                figures.Errors++;
                Look();
            }
        }
    }

    /// <summary>Ends what is under way. A trial goes on at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        await stop.CancelAsync().ConfigureAwait(false);
        Task running;
        lock (gate)
        {
            trialEnd?.Dispose();
            running = background;
        }

        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // An installation that was cancelled puts the store in order before it ends.
        await one.WaitAsync().ConfigureAwait(false);
        await draining.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Change(record => record.Trial is { } trial ? record with { Trial = trial with { After = figures.Copy(), Running = false } } : record);
        one.Dispose();
        stop.Dispose();
    }

    private static UpdateException Busy() =>
        new(UpdateRefusal.Busy, "Another update is under way, or the last one is still on trial; GET /v1/updates shows it. Try again when it is over.");

    // Opens the new version as it is going to run and keeps it open if it does well.
    private async Task<IServingEngine> TryOutAsync(string folder, int shadowRequests, CancellationToken ct)
    {
        var engine = await open(folder, ct).ConfigureAwait(false);
        try
        {
            var golden = await engine.VerifyGoldenAsync(ct).ConfigureAwait(false);
            if (golden.Count(result => !result.Passed) is > 0 and var failed)
            {
                throw new UpdateException(UpdateRefusal.Refused, $"{failed} of {golden.Count} golden examples are decided otherwise than tested.");
            }

            if (shadowRequests > 0)
            {
                await RunShadowAsync(engine, shadowRequests, ct).ConfigureAwait(false);
            }

            return engine;
        }
        catch
        {
            await engine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task RunShadowAsync(IServingEngine engine, int requests, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(options.ShadowTime, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        var run = new ShadowRun(requests);
        lock (gate)
        {
            shadow = run;
            phase = UpdatePhase.Shadow;
        }

        try
        {
            log.Write(WorkerLogLevel.Information, "update-shadowed", ("detail", await run.RunAsync(engine, options.MinAgreement, both.Token).ConfigureAwait(false)));
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new UpdateException(UpdateRefusal.Refused, $"Within {options.ShadowTime} only {run.Done} of {requests} requests came for the shadow run.");
        }
        finally
        {
            lock (gate)
            {
                shadow = null;
                phase = UpdatePhase.Installing;
            }
        }
    }

    // Without it on the disk there is no way back after a crash: then the store does not switch.
    private void NoteTrial(string version, string previous, string source)
    {
        lock (gate)
        {
            record = record with { Trial = new TrialRecord { Version = version, Previous = previous, Source = source, StartedUtc = time.GetUtcNow(), Before = figures.Copy(), Running = true } };
        }

        file.Write();
    }

    private void Switch(IServingEngine next)
    {
        lock (gate)
        {
            current = next;
            figures = new AnswerFigures();
            draining = switchTo(next);
            if (record.Trial is not { } trial)
            {
                phase = UpdatePhase.Idle;
            }
            else if (options.Trial.Decisions == 0)
            {
                End(UpdateOutcome.Kept, "There was to be no trial.");
            }
            else
            {
                BeginTrial(trial);
            }
        }
    }

    // Under the lock.
    private void BeginTrial(TrialRecord trial)
    {
        phase = UpdatePhase.Trial;
        nextLook = NextLook();
        var left = trial.StartedUtc + options.Trial.Time - time.GetUtcNow();
        trialEnd = time.CreateTimer(_ => EndByTime(trial.StartedUtc), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void EndByTime(DateTimeOffset started)
    {
        lock (gate)
        {
            if (phase == UpdatePhase.Trial && record.Trial?.StartedUtc == started && !stop.IsCancellationRequested && !Judge(record.Trial))
            {
                End(UpdateOutcome.Kept, $"The time of the trial is over; {figures.Samples} samples spoke for nothing else.");
            }
        }
    }

    // Under the lock, after every answer.
    private void Look()
    {
        if (phase != UpdatePhase.Trial || record.Trial is not { } trial)
        {
            figures.Fade();
            return;
        }

        if (figures.Samples < nextLook || stop.IsCancellationRequested)
        {
            return;
        }

        nextLook = NextLook();
        if (Judge(trial))
        {
            return;
        }

        if (figures.Samples >= options.Trial.Decisions)
        {
            End(UpdateOutcome.Kept, $"{figures.Samples} samples, none of the limits was passed.");
        }
        else
        {
            record = record with { Trial = trial with { After = figures.Copy() } };
            SaveInBackground();
        }
    }

    private long NextLook()
    {
        var step = Math.Max(1, options.Trial.Decisions / TrialVerdict.Looks);
        return ((figures.Samples / step) + 1) * step;
    }

    // Under the lock.
    private bool Judge(TrialRecord trial)
    {
        if (TrialVerdict.ReasonAgainst(trial.Before, figures, options.Trial) is not { } reason)
        {
            return false;
        }

        phase = UpdatePhase.GoingBack;
        trialEnd?.Dispose();
        record = record with { Trial = trial with { After = figures.Copy(), GoingBack = reason } };
        log.Write(WorkerLogLevel.Error, "update-does-worse", ("version", trial.Version), ("reason", reason));
        background = After(background, () => GoBackAsync(trial, reason));
        return true;
    }

    private async Task GoBackAsync(TrialRecord trial, string reason)
    {
        file.Save();
        await draining.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (true)
        {
            try
            {
                var engine = await open(store.Activate(trial.Previous), stop.Token).ConfigureAwait(false);
                lock (gate)
                {
                    current = engine;
                    figures = trial.Before.Copy();
                    draining = switchTo(engine);
                }

                break;
            }
            catch (BundleStoreBusyException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), time, stop.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is BundleException or RuntimeException or WorkerException)
            {
                // What runs does worse, and still it runs.
                Finish(new UpdateEntry(time.GetUtcNow(), trial.Previous, trial.Version, trial.Source, UpdateOutcome.Kept, $"{reason} The way back failed: {error.Message}"));
                log.Write(WorkerLogLevel.Error, "way-back-failed", ("version", trial.Version), ("detail", error.Message));
                return;
            }
        }

        // Who sees that it is over finds it in the log.
        log.Write(WorkerLogLevel.Error, "update-rolled-back", ("from", trial.Version), ("to", trial.Previous), ("reason", reason));
        Finish(new UpdateEntry(time.GetUtcNow(), trial.Previous, trial.Version, trial.Source, UpdateOutcome.RolledBack, reason));
    }

    // Under the lock.
    private void End(UpdateOutcome outcome, string detail)
    {
        var trial = record.Trial!;
        trialEnd?.Dispose();
        trialEnd = null;
        phase = UpdatePhase.Idle;
        record = (record with { Trial = null }).With(new UpdateEntry(time.GetUtcNow(), trial.Previous, trial.Version, trial.Source, outcome, detail));
        SaveInBackground();
        log.Write(WorkerLogLevel.Information, "update-kept", ("version", trial.Version), ("detail", detail));
    }

    private void Finish(UpdateEntry entry)
    {
        lock (gate)
        {
            phase = UpdatePhase.Idle;
        }

        Change(record => (record with { Trial = null }).With(entry));
    }

    private void SetPhase(UpdatePhase next)
    {
        lock (gate)
        {
            phase = next;
        }
    }

    private UpdateRecord Read()
    {
        lock (gate)
        {
            return record;
        }
    }

    private void Change(Func<UpdateRecord, UpdateRecord> change)
    {
        lock (gate)
        {
            record = change(record);
        }

        file.Save();
    }

    // Requests never wait for the disk.
    private void SaveInBackground() => background = After(background, () =>
    {
        file.Save();
        return Task.CompletedTask;
    });

    private Task After(Task before, Func<Task> work) => Task.Run(async () =>
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The record on the disk says how to go on.
        }
        catch (Exception error)
        {
            log.Write(WorkerLogLevel.Error, "update-failed", ("error", error.GetType().Name), ("detail", error.Message));
        }
    });
}
