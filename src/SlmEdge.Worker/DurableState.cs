using SlmEdge.Worker.Broker;
using SlmEdge.Worker.Drift;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Jobs;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Serving;
using SlmEdge.Worker.Storage;
using SlmEdge.Worker.Suspects;

namespace SlmEdge.Worker;

/// <summary>What outlives the process: the database with the journal and the jobs, and those that work on it.</summary>
internal sealed class DurableState : IAsyncDisposable
{
    private readonly FolderLock folder;
    private readonly StateDatabase database;
    private readonly JobStore store;
    private readonly JobRunner runner;
    private readonly InboxWatcher? inbox;
    private readonly BrokerWorker? broker;
    private readonly IServingEngine engine;
    private readonly DriftWatch drift;
    private readonly TimeProvider time;
    private readonly UncleanEnd end;
    private readonly SuspectLane lane;

    private DurableState(FolderLock folder, UncleanEnd end, StateDatabase database, IServingEngine engine, DriftWatch drift, WorkerOptions options, WorkerLog log, TimeProvider time)
    {
        this.folder = folder;
        this.end = end;
        this.database = database;
        this.engine = engine;
        this.drift = drift;
        this.time = time;
        Journal = new DecisionJournal(database, options.Journal, log, time);
        store = new JobStore(database, Journal, time);

        // An engine in a process of its own finds the request that ends it by itself.
        lane = new SuspectLane(database, end.WasUnclean && engine.IsInThisProcess);
        runner = new JobRunner(store, new RowDecider(engine, Journal, time), engine, lane, log, time);
        inbox = options.Inbox is { } watched ? new InboxWatcher(watched, store, runner, log, time) : null;
        broker = options.Broker is { } connected
            ? new BrokerWorker(connected, new BrokerOutbox(database, Journal, connected), new RowDecider(engine, Journal, time, "broker:"), lane, log, time)
            : null;
    }

    /// <summary>The record of what was decided.</summary>
    public DecisionJournal Journal { get; }

    /// <summary>What keeps it from writing at present, in a sentence; null when nothing does.</summary>
    public string? Trouble => database.Trouble;

    /// <summary>Opens the state, and goes on with the jobs that were under way.</summary>
    /// <exception cref="WorkerException">Another service has the folder, or it cannot be used.</exception>
    public static async Task<DurableState> OpenAsync(string directory, IServingEngine engine, DriftWatch drift, WorkerOptions options, WorkerLog log, TimeProvider? clock = null)
    {
        var folder = FolderLock.Take(directory);
        StateDatabase? database = null;
        UncleanEnd? end = null;
        try
        {
            end = UncleanEnd.Mark(directory);
            var time = clock ?? TimeProvider.System;
            database = StateDatabase.Open(
                Path.Combine(directory, "worker.db"), [.. JournalTables.Schema, .. JobTables.Schema, .. BrokerTables.Schema, .. DriftTables.Schema, .. SuspectTables.Schema], log, time);
            var state = new DurableState(folder, end, database, engine, drift, options, log, time);
            drift.Attach(new DriftStore(database));
            await state.store.DropUnfinishedAsync().ConfigureAwait(false);
            state.runner.Start();
            state.inbox?.Start();
            state.broker?.Start();
            return state;
        }
        catch (Exception error)
        {
            if (database is not null)
            {
                await database.DisposeAsync().ConfigureAwait(false);
            }


            // A start that fails is no answer to what ended the service before it.
            if (end is { WasUnclean: false })
            {
                end.Dispose();
            }

            folder.Dispose();
            if (error is StorageException or IOException or UnauthorizedAccessException)
            {
                throw new WorkerException(error.Message, error);
            }

            throw;
        }
    }

    public IEnumerable<IEndpointGroup> Endpoints() => [new JournalEndpoints(Journal, database, engine), new JobEndpoints(store, runner, engine, time)];

    public async ValueTask DisposeAsync()
    {
        if (broker is not null)
        {
            await broker.DisposeAsync().ConfigureAwait(false);
        }

        if (inbox is not null)
        {
            await inbox.DisposeAsync().ConfigureAwait(false);
        }

        await runner.DisposeAsync().ConfigureAwait(false);
        await drift.SaveAsync().ConfigureAwait(false);
        lane.Dispose();
        await database.DisposeAsync().ConfigureAwait(false);
        end.Dispose();
        folder.Dispose();
    }
}
