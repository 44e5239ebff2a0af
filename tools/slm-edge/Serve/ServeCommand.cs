using System.CommandLine;
using SlmEdge.Tools.Edge.CommandLine;
using SlmEdge.Worker;
using SlmEdge.Worker.Systemd;

namespace SlmEdge.Tools.Edge.Serve;

/// <summary><c>slm-edge serve</c>: the HTTP service, until Ctrl-C.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Serves a bundle over HTTP: its own routes, OpenAI's, and a page at /. Everything it answers is described at /docs.");
        var runtime = new RuntimeArguments(command);
        var service = new ServeArguments(command);
        var adapters = new AdapterArguments(command);
        var isolation = new IsolationArguments(command);
        var updates = new UpdateArguments(command);
        command.SetAction((parsed, ct) => RunAsync(runtime, service, adapters, isolation, updates, parsed, ct));
        return command;
    }

    private static async Task<int> RunAsync(RuntimeArguments arguments, ServeArguments serve, AdapterArguments adapters, IsolationArguments isolation, UpdateArguments updates, ParseResult parsed, CancellationToken ct)
    {
        // A signal that arrives before the action has returned its task once ends the program at once, with 130 and without a clean stop.
        await Task.Yield();
        using var trusted = adapters.LoadKeys(parsed);
        var options = serve.Read(parsed) with { Adapters = adapters.Read(parsed, trusted), Updates = updates.Read(parsed, parsed.GetValue(arguments.Bundle)!) };
        if (!ListenAddresses.AreLoopback(options.Urls) && options.Urls.Any(url => url.StartsWith("http:", StringComparison.OrdinalIgnoreCase)))
        {
            await Console.Error.WriteLineAsync(
                $"slm-edge serve: warning: {string.Join(", ", options.Urls)} can be reached from other machines, and texts and keys travel there in the clear. " +
                "Serve https with --tls-certificate, or put the service behind a proxy that does.").ConfigureAwait(false);
        }

        if (options.Updates is not null)
        {
            await using var updated = await WorkerService.StartFromStoreAsync(arguments.Read(parsed), isolation.Read(parsed), options, ct).ConfigureAwait(false);
            return await ServeAsync(updated, ct).ConfigureAwait(false);
        }

        if (isolation.Read(parsed) is { } watched)
        {
            var path = StoreArguments.Locate(parsed.GetValue(arguments.Bundle)!);
            await using var isolated = await WorkerService.StartIsolatedAsync(path, arguments.Read(parsed), watched, options, ct).ConfigureAwait(false);
            return await ServeAsync(isolated, ct).ConfigureAwait(false);
        }

        using var runtime = arguments.Open(parsed);
        await AdapterArguments.LoadAsync(runtime, options.Adapters, ct).ConfigureAwait(false);
        await using var service = await WorkerService.StartAsync(runtime, options, ct).ConfigureAwait(false);
        return await ServeAsync(service, ct).ConfigureAwait(false);
    }

    private static async Task<int> ServeAsync(WorkerService service, CancellationToken ct)
    {
        await using var systemd = SystemdNotifier.FromEnvironment();
        systemd.Ready($"{service.Description} listens on {string.Join(", ", service.Addresses)}", () => service.IsSound);
        Console.WriteLine($"{service.Description} listens on {string.Join(", ", service.Addresses)}");
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = ct.Register(stopped.SetResult);
        await stopped.Task.ConfigureAwait(false);
        systemd.Stopping();
        await service.StopAsync().ConfigureAwait(false);
        await Console.Error.WriteLineAsync("slm-edge serve: stopped").ConfigureAwait(false);
        return ExitCodes.Done;
    }
}
