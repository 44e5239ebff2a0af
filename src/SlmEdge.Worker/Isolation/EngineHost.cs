using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Isolation;

/// <summary>
/// The engine's own process: opens the bundle that the service names, answers over the socket, and ends with the service. It is no command for people.
/// </summary>
public sealed class EngineHost
{
    /// <summary>The first argument that makes a program the engine's process; the last one is the socket's path.</summary>
    public const string CommandName = "engine-host";

    /// <summary>The argument that makes <see cref="FaultInjection"/> work. Only tests give it: no setting or variable of an installation does.</summary>
    internal const string FaultArgument = "--fault-injection";

    private readonly FrameChannel channel;
    private readonly bool faults;
    private readonly ConcurrentDictionary<int, CancellationTokenSource> running = new();
    private SlmRuntime? runtime;
    private RuntimeEngine? engine;

    private EngineHost(FrameChannel channel, bool faults)
    {
        this.channel = channel;
        this.faults = faults;
    }

    /// <summary>Runs until the service goes.</summary>
    /// <param name="arguments">The program's arguments; the first is <see cref="CommandName"/>.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var faults = arguments.Count == 3 && arguments[1] == FaultArgument;
        if (arguments.Count != 2 && !faults)
        {
            await Console.Error.WriteLineAsync("engine-host is started by 'slm-edge serve' and by nobody else.").ConfigureAwait(false);
            return 2;
        }

        // Ctrl-C reaches the whole group of processes; the service ends this one when its requests are answered.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(arguments[^1])).ConfigureAwait(false);
        using var channel = new FrameChannel(socket);
        var host = new EngineHost(channel, faults);
        await channel.ReadAsync(host.Receive).ConfigureAwait(false);

        // The service is gone, or wants this process gone. Native code may run or hang; nothing here is worth waiting for.
        using var self = Process.GetCurrentProcess();
        self.Kill();
        return 0;
    }

    private void Receive(FrameKind kind, int id, byte[] payload)
    {
        switch (kind)
        {
            case FrameKind.Ping:
                channel.Send(FrameKind.Pong, 0, Bytes(new PongMessage(engine?.Evaluations ?? 0, runtime?.WaitingTexts ?? 0), EngineJson.Default.PongMessage));
                break;
            case FrameKind.Cancel:
                if (running.TryGetValue(id, out var request))
                {
                    request.Cancel();
                }

                break;
            default:
                var cancellation = new CancellationTokenSource();
                running[id] = cancellation;
                _ = Task.Run(() => AnswerAsync(kind, id, payload, cancellation.Token));
                break;
        }
    }

    private async Task AnswerAsync(FrameKind kind, int id, byte[] payload, CancellationToken ct)
    {
        try
        {
            channel.Send(FrameKind.Answer, id, await WorkAsync(kind, id, payload, ct).ConfigureAwait(false));
        }
#pragma warning disable CA1031 // Whatever it is, the service has to know of it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            channel.Send(FrameKind.Error, id, Bytes(ErrorMessage.Of(error), EngineJson.Default.ErrorMessage));
        }
        finally
        {
            // Not disposed: a cancellation may come at this moment, and without a timer there is nothing to free.
            running.TryRemove(id, out _);
        }
    }

    private async Task<byte[]> WorkAsync(FrameKind kind, int id, byte[] payload, CancellationToken ct)
    {
        if (kind == FrameKind.Open)
        {
            return Open(Read(payload, EngineJson.Default.OpenMessage));
        }

        var serving = engine ?? throw new RuntimeException("The engine's process was asked before a bundle was opened.");
        switch (kind)
        {
            case FrameKind.Classify:
                var classify = Read(payload, EngineJson.Default.ClassifyMessage);
                Inject(classify.Texts);
                var options = new ClassificationOptions { Adapter = classify.Adapter, Priority = classify.Priority };
                return Bytes(await serving.ClassifyAsync(classify.Texts, options, ct).ConfigureAwait(false), EngineJson.Default.IReadOnlyListDecision);
            case FrameKind.Embed:
                var embed = Read(payload, EngineJson.Default.IReadOnlyListString);
                Inject(embed);
                return Bytes(await serving.EmbedAsync(embed, ct).ConfigureAwait(false), EngineJson.Default.IReadOnlyListEmbeddedText);
            case FrameKind.Extract:
                var extract = Read(payload, EngineJson.Default.ExtractMessage);
                Inject([extract.Text]);
                return Bytes(await serving.ExtractAsync(extract.Text, extract.Options, ct).ConfigureAwait(false), EngineJson.Default.ExtractionResult);
            case FrameKind.Generate:
                var generate = Read(payload, EngineJson.Default.GenerateMessage);
                Inject(generate.Text is { } only ? [only] : [.. generate.Messages!.Select(message => message.Content)]);
                var stream = generate.Text is { } text
                    ? serving.GenerateAsync(text, generate.Options.ToOptions(), ct)
                    : serving.ChatAsync(generate.Messages!, generate.Options.ToOptions(), generate.Overflow, ct);
                await foreach (var update in stream.ConfigureAwait(false))
                {
                    channel.Send(FrameKind.Update, id, Bytes(update, EngineJson.Default.GenerationUpdate));
                }

                return [];
            case FrameKind.Golden:
                return Bytes(await serving.VerifyGoldenAsync(ct).ConfigureAwait(false), EngineJson.Default.IReadOnlyListGoldenResult);
            case FrameKind.LoadAdapter:
                return await LoadAsync(serving, Read(payload, EngineJson.Default.LoadAdapterMessage), ct).ConfigureAwait(false);
            case FrameKind.UnloadAdapter:
                await serving.UnloadAdapterAsync(Read(payload, EngineJson.Default.String), ct).ConfigureAwait(false);
                return [];
            default:
                throw new RuntimeException($"The engine's process does not know frames of kind {(int)kind}.");
        }
    }

    private byte[] Open(OpenMessage message)
    {
        if (message.Version != FrameChannel.ProtocolVersion)
        {
            throw new RuntimeException($"The service speaks version {message.Version} and the engine's process version {FrameChannel.ProtocolVersion}: install both from one release.");
        }

        runtime = SlmRuntime.Open(message.Path, message.Options);
        engine = new RuntimeEngine(runtime, owned: true);
        return Bytes(OpenedMessage.Of(engine.Bundle), EngineJson.Default.OpenedMessage);
    }

    private static async Task<byte[]> LoadAsync(RuntimeEngine serving, LoadAdapterMessage message, CancellationToken ct)
    {
        var keys = new List<ECDsa>();
        try
        {
            foreach (var key in message.TrustedKeys)
            {
                keys.Add(ECDsa.Create());
                keys[^1].ImportSubjectPublicKeyInfo(key, out _);
            }

            var options = new AdapterLoadOptions { Name = message.Name, TrustedKeys = keys, RequireSignature = message.RequireSignature, VerifyGolden = message.VerifyGolden };
            return Bytes(LoadedAdapterMessage.Of(await serving.LoadAdapterAsync(message.Path, options, ct).ConfigureAwait(false)), EngineJson.Default.LoadedAdapterMessage);
        }
        finally
        {
            keys.ForEach(key => key.Dispose());
        }
    }

    private void Inject(IReadOnlyList<string> texts)
    {
        if (faults)
        {
            FaultInjection.Apply(texts);
        }
    }

    private static T Read<T>(byte[] payload, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(payload, type) ?? throw new RuntimeException("The service sent an empty message.");

    private static byte[] Bytes<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);
}
