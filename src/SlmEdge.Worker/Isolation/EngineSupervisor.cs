using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Generation;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Isolation;

/// <summary>
/// Keeps a process with an engine alive: it is started again when it aborts, hangs, is killed or outgrows its memory, and what was under way is asked again.
/// </summary>
/// <remarks>
/// What was under way when it ended is asked again, one request after another and each alone, before anything else: so the request that ends it a second time is known,
/// and only that one is set aside. Requests that come meanwhile wait. An end from outside (SIGKILL) weighs half, because it is more often the system's doing than the request's.
/// </remarks>
internal sealed class EngineSupervisor : IAsyncDisposable
{
    private const int EndWeight = 2;
    private const int EndFromOutsideWeight = 1;
    private const int StartsUntilFailed = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SteadyLife = TimeSpan.FromSeconds(30);

    private readonly string path;
    private readonly RuntimeOptions runtime;
    private readonly IsolationOptions options;
    private readonly WorkerLog log;
    private readonly EngineWatch watch;
    private readonly IReadOnlyList<string> command;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly SortedDictionary<int, PendingRequest> pending = [];
    private readonly Dictionary<string, (AdapterInfo Info, byte[] Load)> adapters = new(StringComparer.Ordinal);
    private Task supervision = Task.CompletedTask;
    private PendingRequest? starting;
    private ChildProcess? child;
    private string? whyNotReady = "The engine is being started.";
    private int failedStarts;
    private int lastId;
    private int waitingInChild;
    private bool stopped;

    private EngineSupervisor(string path, RuntimeOptions runtime, IsolationOptions options, WorkerLog log)
    {
        this.path = path;
        this.runtime = runtime;
        this.options = options;
        this.log = log;
        watch = new EngineWatch(options);
        command = options.HostCommand is { Count: > 0 } given ? given : ThisProgram();
    }

    public ServedBundle Bundle { get; private set; } = null!;

    public EngineHealth Health
    {
        get
        {
            lock (gate)
            {
                return stopped || failedStarts >= StartsUntilFailed ? EngineHealth.Failed : whyNotReady is null ? EngineHealth.Ready : EngineHealth.Starting;
            }
        }
    }

    public string? HealthDetail
    {
        get
        {
            lock (gate)
            {
                return whyNotReady;
            }
        }
    }

    public int Waiting
    {
        get
        {
            lock (gate)
            {
                return whyNotReady is null ? waitingInChild : pending.Count;
            }
        }
    }

    /// <summary>The process that has the engine at present; null between two.</summary>
    public int? ProcessId
    {
        get
        {
            lock (gate)
            {
                return child?.Id;
            }
        }
    }

    public IReadOnlyList<AdapterInfo> Adapters
    {
        get
        {
            lock (gate)
            {
                return [.. adapters.Values.Select(adapter => adapter.Info).OrderBy(info => info.Name, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>Starts the process and opens the bundle in it.</summary>
    /// <exception cref="RuntimeException">The bundle does not open; the message is that of the engine's process.</exception>
    /// <exception cref="WorkerException">The process cannot be started.</exception>
    public static async Task<EngineSupervisor> StartAsync(string path, RuntimeOptions runtime, IsolationOptions options, WorkerLog log, CancellationToken ct)
    {
        runtime.Validate();
        options.Validate();
        var supervisor = new EngineSupervisor(Path.GetFullPath(path), runtime, options, log);
        var (first, ended) = await supervisor.BeginLifeAsync(ct).ConfigureAwait(false);
        supervisor.supervision = supervisor.SuperviseAsync(first, ended);
        return supervisor;
    }

    /// <summary>Notes an adapter that every later life loads before it is asked anything.</summary>
    public void Keep(AdapterInfo info, byte[] load)
    {
        lock (gate)
        {
            adapters[info.Name] = (info, load);
        }
    }

    /// <summary>Forgets an adapter.</summary>
    public void Forget(string name)
    {
        lock (gate)
        {
            adapters.Remove(name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (stopped)
            {
                return;
            }

            stopped = true;
            whyNotReady = "The service is stopping.";
        }

        await stop.CancelAsync().ConfigureAwait(false);
        await supervision.ConfigureAwait(false);
        FailAll(_ => new RuntimeStoppedException());
        stop.Dispose();
    }

    // "dotnet slm-edge.dll" is the program dotnet with the assembly's path; everything else is a program that starts by itself.
    private static string[] ThisProgram()
    {
        var program = Environment.ProcessPath ?? throw new WorkerException("The path of this program is not known; give the engine's command.");
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Environment.GetCommandLineArgs()[0], EngineHost.CommandName]
            : [program, EngineHost.CommandName];
    }

    /// <summary>Asks the engine, whichever life it is in.</summary>
    /// <returns>The answer's payload.</returns>
    /// <exception cref="RuntimeBusyException">Too much waits.</exception>
    /// <exception cref="EngineEndedException">The engine does not start at present.</exception>
    /// <exception cref="PoisonRequestException">The engine ended over this request more than once.</exception>
    public async Task<byte[]> AskAsync(FrameKind kind, byte[] payload, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var request = Add(kind, payload);
        await using var registration = ct.Register(() => Abandon(request, new OperationCanceledException(ct))).ConfigureAwait(false);
        return await request.Answer.ConfigureAwait(false);
    }

    /// <summary>Asks for an answer in pieces.</summary>
    public async IAsyncEnumerable<GenerationUpdate> StreamAsync(FrameKind kind, byte[] payload, [EnumeratorCancellation] CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var request = Add(kind, payload);
        try
        {
            await foreach (var update in request.Updates.ReadAllAsync(ct).ConfigureAwait(false))
            {
                yield return update;
            }
        }
        finally
        {
            Abandon(request, new OperationCanceledException(ct));
        }
    }

    private PendingRequest Add(FrameKind kind, byte[] payload)
    {
        lock (gate)
        {
            if (stopped)
            {
                throw new RuntimeStoppedException();
            }

            if (failedStarts > 0)
            {
                throw new EngineEndedException(whyNotReady ?? "It is being started.");
            }

            if (pending.Count >= runtime.QueueCapacity + runtime.BatchTexts)
            {
                throw new RuntimeBusyException(runtime.QueueCapacity, TimeSpan.FromSeconds(1));
            }

            var request = new PendingRequest(++lastId, kind, payload);
            if (pending.Count == 0)
            {
                watch.Progressed();
            }

            pending.Add(request.Id, request);
            if (whyNotReady is null)
            {
                Send(request);
            }

            return request;
        }
    }

    private void Abandon(PendingRequest request, Exception error)
    {
        lock (gate)
        {
            if (!pending.Remove(request.Id))
            {
                return;
            }

            if (request.Sent)
            {
                child?.Channel.Send(FrameKind.Cancel, request.Id, []);
            }
        }

        request.Fail(error);
    }

    private void Send(PendingRequest request)
    {
        request.Sent = true;
        child!.Channel.Send(request.Kind, request.Id, request.Payload);
    }

    private async Task SuperviseAsync(ChildProcess first, Task firstEnded)
    {
        var (life, ended) = (first, firstEnded);
        var pause = TimeSpan.Zero;
        while (true)
        {
            var born = Stopwatch.GetTimestamp();
            using (var over = new CancellationTokenSource())
            {
                var watching = watch.RunAsync(life, IsAsked, over.Token);
                await ReplayAsync(ended).ConfigureAwait(false);
                await ended.WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await over.CancelAsync().ConfigureAwait(false);
                await watching.ConfigureAwait(false);
            }

            var (reason, fromOutside) = stop.IsCancellationRequested ? ("the service is stopping", true) : await life.EndAsync().ConfigureAwait(false);
            lock (gate)
            {
                child = null;
                whyNotReady ??= $"The engine's process ended: {reason}. It is being started again.";
            }

            life.Dispose();
            if (stop.IsCancellationRequested)
            {
                return;
            }

            log.Write(WorkerLogLevel.Error, "engine-ended", ("reason", reason), ("lived", Stopwatch.GetElapsedTime(born).TotalSeconds));
            Suspect(reason, fromOutside);
            pause = Stopwatch.GetElapsedTime(born) > SteadyLife ? TimeSpan.Zero : pause;
            while (true)
            {
                try
                {
                    await Task.Delay(pause, stop.Token).ConfigureAwait(false);
                    pause = pause == TimeSpan.Zero ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
                    (life, ended) = await BeginLifeAsync(stop.Token).ConfigureAwait(false);
                    break;
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception error) when (error is RuntimeException or WorkerException or IOException or OperationCanceledException)
                {
                    lock (gate)
                    {
                        failedStarts++;
                        whyNotReady = $"The engine's process does not start: {error.Message}";
                    }

                    // Nobody knows whether it will ever start again: who waits is told, and can decide.
                    FailAll(_ => new EngineEndedException(error.Message));
                    log.Write(WorkerLogLevel.Error, "engine-start-failed", ("detail", error.Message));
                }
            }

            log.Write(WorkerLogLevel.Information, "engine-started-again", ("process", life.Id));
        }
    }

    // Starts a process, opens the bundle and loads the adapters that its predecessor had.
    private async Task<(ChildProcess Life, Task Ended)> BeginLifeAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.StartLimit);
        var life = await ChildProcess.StartAsync(command, limit.Token).ConfigureAwait(false);
        try
        {
            var ended = life.Channel.ReadAsync(Receive);
            var opened = await FirstAsync(FrameKind.Open, JsonSerializer.SerializeToUtf8Bytes(new OpenMessage(FrameChannel.ProtocolVersion, path, runtime), EngineJson.Default.OpenMessage)).ConfigureAwait(false);
            byte[][] loads;
            lock (gate)
            {
                Bundle ??= JsonSerializer.Deserialize(opened, EngineJson.Default.OpenedMessage)!.ToBundle();
                loads = [.. adapters.Values.Select(adapter => adapter.Load)];
            }

            foreach (var load in loads)
            {
                await FirstAsync(FrameKind.LoadAdapter, load).ConfigureAwait(false);
            }

            lock (gate)
            {
                child = life;
                failedStarts = 0;
                watch.Born();
            }

            return (life, ended);

            async Task<byte[]> FirstAsync(FrameKind kind, byte[] payload)
            {
                PendingRequest request;
                lock (gate)
                {
                    request = new PendingRequest(++lastId, kind, payload);
                    starting = request;
                }

                life.Channel.Send(kind, request.Id, payload);
                if (await Task.WhenAny(request.Answer, ended).WaitAsync(limit.Token).ConfigureAwait(false) == ended && !request.Answer.IsCompleted)
                {
                    throw new WorkerException($"The engine's process ended while it was being started: {(await life.EndAsync().ConfigureAwait(false)).Reason}.");
                }

                return await request.Answer.ConfigureAwait(false);
            }
        }
        catch
        {
            life.Dispose();
            throw;
        }
    }

    private bool IsAsked()
    {
        lock (gate)
        {
            return pending.Values.Any(request => request.Sent);
        }
    }

    private void Receive(FrameKind kind, int id, byte[] payload)
    {
        lock (gate)
        {
            switch (kind)
            {
                case FrameKind.Pong:
                    var pong = JsonSerializer.Deserialize(payload, EngineJson.Default.PongMessage)!;
                    waitingInChild = pong.Waiting;
                    watch.Answered(pong.Passes);
                    return;
                case FrameKind.Update when pending.TryGetValue(id, out var stream):
                    if (!stream.Pass(payload))
                    {
                        pending.Remove(id);
                        child?.Channel.Send(FrameKind.Cancel, id, []);
                        stream.Fail(new EngineEndedException("It was started again and began another answer."));
                    }

                    return;
                case FrameKind.Answer or FrameKind.Error when starting?.Id == id || pending.ContainsKey(id):
                    var request = starting?.Id == id ? starting : pending[id];
                    pending.Remove(id);
                    if (kind == FrameKind.Answer)
                    {
                        request.Succeed(payload);
                    }
                    else
                    {
                        request.Fail(JsonSerializer.Deserialize(payload, EngineJson.Default.ErrorMessage)!.ToException());
                    }

                    watch.Progressed();
                    return;
            }
        }
    }

    // Each of those that an earlier life had gets the process for itself; then everybody.
    private async Task ReplayAsync(Task ended)
    {
        while (!ended.IsCompleted && !stop.IsCancellationRequested)
        {
            PendingRequest? suspect;
            lock (gate)
            {
                suspect = pending.Values.FirstOrDefault(request => request.Suspicion > 0);
                if (suspect is null)
                {
                    whyNotReady = null;
                    foreach (var request in pending.Values)
                    {
                        Send(request);
                    }

                    return;
                }

                Send(suspect);
            }

            await Task.WhenAny(suspect.Answer, ended, Task.Delay(Timeout.Infinite, stop.Token)).ConfigureAwait(false);
        }
    }

    private void Suspect(string reason, bool fromOutside)
    {
        lock (gate)
        {
            foreach (var request in pending.Values.Where(request => request.Sent).ToArray())
            {
                request.BeginAgain();
                request.Suspicion += fromOutside ? EndFromOutsideWeight : EndWeight;
                if (request.Suspicion >= PendingRequest.Poison)
                {
                    pending.Remove(request.Id);
                    request.Fail(new PoisonRequestException(reason));
                    log.Write(WorkerLogLevel.Error, "request-set-aside", ("kind", request.Kind), ("reason", reason));
                }
            }
        }
    }

    private void FailAll(Func<PendingRequest, Exception> error)
    {
        PendingRequest[] all;
        lock (gate)
        {
            all = [.. pending.Values];
            pending.Clear();
        }

        foreach (var request in all)
        {
            request.Fail(error(request));
        }
    }
}
