using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Runtime.Golden;
using SlmEdge.Tasks.Data;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Isolation;

/// <summary>
/// An engine in a process of its own, which is started again when it aborts, hangs, is killed or outgrows its memory.
/// </summary>
/// <remarks>
/// What was under way when it ended is asked again, one request after another and each alone, before anything else: so the request that ends it a second time is known,
/// and only that one is set aside. Requests that come meanwhile wait. An end from outside (SIGKILL) weighs half, because it is more often the system's doing than the request's.
/// </remarks>
internal sealed class ChildEngine : IServingEngine
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
    private readonly IReadOnlyList<string> command;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly SortedDictionary<int, PendingRequest> pending = [];
    private readonly Dictionary<string, (AdapterInfo Info, byte[] Load)> adapters = new(StringComparer.Ordinal);
    private Task supervision = Task.CompletedTask;
    private ChildProcess? child;
    private string? whyNotReady = "The engine is being started.";
    private int failedStarts;
    private int lastId;
    private int waitingInChild;
    private long lastPong;
    private long passes;
    private long lastProgress;
    private bool stopped;

    private ChildEngine(string path, RuntimeOptions runtime, IsolationOptions options, WorkerLog log)
    {
        this.path = path;
        this.runtime = runtime;
        this.options = options;
        this.log = log;
        command = options.HostCommand is { Count: > 0 } given ? given : ThisProgram();
    }

    public ServedBundle Bundle { get; private set; } = null!;

    public bool IsInThisProcess => false;

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
    public static async Task<ChildEngine> StartAsync(string path, RuntimeOptions runtime, IsolationOptions options, WorkerLog log, CancellationToken ct)
    {
        runtime.Validate();
        options.Validate();
        var engine = new ChildEngine(Path.GetFullPath(path), runtime, options, log);
        var (first, ended) = await engine.BeginLifeAsync(ct).ConfigureAwait(false);
        engine.supervision = engine.SuperviseAsync(first, ended);
        return engine;
    }

    public Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, CancellationToken ct) => ClassifyAsync(texts, null, ct);

    public Task<IReadOnlyList<Decision>> ClassifyAsync(IReadOnlyList<string> texts, ClassificationOptions? options, CancellationToken ct) => AskAsync(
        FrameKind.Classify, new ClassifyMessage(texts, options?.Adapter, options?.Priority ?? default), EngineJson.Default.ClassifyMessage, EngineJson.Default.IReadOnlyListDecision, ct);

    public Task<IReadOnlyList<EmbeddedText>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken ct) =>
        AskAsync(FrameKind.Embed, texts, EngineJson.Default.IReadOnlyListString, EngineJson.Default.IReadOnlyListEmbeddedText, ct);

    public Task<ExtractionResult> ExtractAsync(string text, ExtractionOptions options, CancellationToken ct) =>
        AskAsync(FrameKind.Extract, new ExtractMessage(text, options), EngineJson.Default.ExtractMessage, EngineJson.Default.ExtractionResult, ct);

    public IAsyncEnumerable<GenerationUpdate> GenerateAsync(string text, GenerationOptions options, CancellationToken ct) =>
        StreamAsync(new GenerateMessage(text, null, default, GenerationSettings.Of(options)), ct);

    public IAsyncEnumerable<GenerationUpdate> ChatAsync(IReadOnlyList<ChatMessage> messages, GenerationOptions options, ContextOverflow overflow, CancellationToken ct) =>
        StreamAsync(new GenerateMessage(null, messages, overflow, GenerationSettings.Of(options)), ct);

    public Task<IReadOnlyList<GoldenResult>> VerifyGoldenAsync(CancellationToken ct) =>
        AskAsync(FrameKind.Golden, "", EngineJson.Default.String, EngineJson.Default.IReadOnlyListGoldenResult, ct);

    public async Task<AdapterInfo> LoadAdapterAsync(string path, AdapterLoadOptions options, CancellationToken ct)
    {
        var message = new LoadAdapterMessage(
            Path.GetFullPath(path), options.Name, [.. options.TrustedKeys.Select(key => key.ExportSubjectPublicKeyInfo())], options.RequireSignature, options.VerifyGolden);
        var loaded = await AskAsync(FrameKind.LoadAdapter, message, EngineJson.Default.LoadAdapterMessage, EngineJson.Default.LoadedAdapterMessage, ct).ConfigureAwait(false);
        var info = loaded.ToInfo();
        lock (gate)
        {
            // The golden examples have passed: the next life loads it without trying them again.
            adapters[info.Name] = (info, Bytes(message with { Name = info.Name, VerifyGolden = false }, EngineJson.Default.LoadAdapterMessage));
        }

        return info;
    }

    public async Task UnloadAdapterAsync(string name, CancellationToken ct)
    {
        await AskAsync(FrameKind.UnloadAdapter, Bytes(name, EngineJson.Default.String), ct).ConfigureAwait(false);
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

    private static byte[] Bytes<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    private async Task<TAnswer> AskAsync<TMessage, TAnswer>(FrameKind kind, TMessage message, JsonTypeInfo<TMessage> sent, JsonTypeInfo<TAnswer> received, CancellationToken ct) =>
        JsonSerializer.Deserialize(await AskAsync(kind, Bytes(message, sent), ct).ConfigureAwait(false), received)!;

    private async Task<byte[]> AskAsync(FrameKind kind, byte[] payload, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var request = Add(kind, payload);
        await using var registration = ct.Register(() => Abandon(request, new OperationCanceledException(ct))).ConfigureAwait(false);
        return await request.Answer.ConfigureAwait(false);
    }

    private async IAsyncEnumerable<GenerationUpdate> StreamAsync(GenerateMessage message, [EnumeratorCancellation] CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var request = Add(FrameKind.Generate, Bytes(message, EngineJson.Default.GenerateMessage));
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
                lastProgress = Stopwatch.GetTimestamp();
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
                var watch = WatchAsync(life, over.Token);
                await ReplayAsync(ended).ConfigureAwait(false);
                await ended.WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await over.CancelAsync().ConfigureAwait(false);
                await watch.ConfigureAwait(false);
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
            var opened = await FirstAsync(FrameKind.Open, Bytes(new OpenMessage(FrameChannel.ProtocolVersion, path, runtime), EngineJson.Default.OpenMessage)).ConfigureAwait(false);
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
                lastPong = lastProgress = Stopwatch.GetTimestamp();
                passes = -1;
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

    private PendingRequest? starting;

    private void Receive(FrameKind kind, int id, byte[] payload)
    {
        lock (gate)
        {
            switch (kind)
            {
                case FrameKind.Pong:
                    var pong = JsonSerializer.Deserialize(payload, EngineJson.Default.PongMessage)!;
                    lastPong = Stopwatch.GetTimestamp();
                    waitingInChild = pong.Waiting;
                    if (pong.Passes != passes)
                    {
                        passes = pong.Passes;
                        lastProgress = lastPong;
                    }

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

                    lastProgress = Stopwatch.GetTimestamp();
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

    private async Task WatchAsync(ChildProcess life, CancellationToken over)
    {
        var shortest = options.HeartbeatLimit < options.PassLimit ? options.HeartbeatLimit : options.PassLimit;
        using var timer = new PeriodicTimer(shortest / 4 < TimeSpan.FromSeconds(1) ? shortest / 4 : TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(over).ConfigureAwait(false))
            {
                life.Channel.Send(FrameKind.Ping, 0, []);
                if (Ceiling(life) is { } reason)
                {
                    life.Kill(reason);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The life is over.
        }
    }

    private string? Ceiling(ChildProcess life)
    {
        lock (gate)
        {
            if (Stopwatch.GetElapsedTime(lastPong) > options.HeartbeatLimit)
            {
                return string.Create(CultureInfo.InvariantCulture, $"it gave no heartbeat for {options.HeartbeatLimit.TotalSeconds:0.#} s");
            }

            if (pending.Values.Any(request => request.Sent) && Stopwatch.GetElapsedTime(lastProgress) > options.PassLimit)
            {
                return string.Create(CultureInfo.InvariantCulture, $"an evaluation took more than {options.PassLimit.TotalSeconds:0.#} s");
            }
        }

        return options.MemoryLimitBytes is { } most && life.ResidentBytes() is var resident && resident > most
            ? string.Create(CultureInfo.InvariantCulture, $"it took {resident >> 20} MiB of memory; its ceiling is {most >> 20} MiB")
            : null;
    }
}
