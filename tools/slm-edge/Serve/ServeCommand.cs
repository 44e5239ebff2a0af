using System.CommandLine;
using SlmEdge.Tools.Edge.CommandLine;
using SlmEdge.Worker;

namespace SlmEdge.Tools.Edge.Serve;

/// <summary><c>slm-edge serve</c>: the HTTP service, until Ctrl-C.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Serves a bundle over HTTP: POST /v1/classify, GET /v1/bundle, GET /healthz, and a page at /.");
        var runtime = new RuntimeArguments(command);
        var urls = new Option<string>("--urls") { Description = "Addresses to listen on, separated by semicolons.", DefaultValueFactory = _ => WorkerOptions.DefaultUrl };
        var maxBytes = new Option<int>("--max-request-bytes") { Description = "Largest request body.", DefaultValueFactory = _ => (int)new WorkerOptions().MaxRequestBytes };
        maxBytes.AtLeast(1);
        command.Options.Add(urls);
        command.Options.Add(maxBytes);
        command.SetAction((parsed, ct) => RunAsync(runtime, parsed, parsed.GetValue(urls)!, parsed.GetValue(maxBytes), ct));
        return command;
    }

    private static async Task<int> RunAsync(RuntimeArguments arguments, ParseResult parsed, string urls, int maxRequestBytes, CancellationToken ct)
    {
        // A signal that arrives before the action has returned its task once ends the program at once, with 130 and without a clean stop.
        await Task.Yield();
        var options = new WorkerOptions
        {
            Urls = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            MaxRequestBytes = maxRequestBytes,
            Log = line => Console.Error.WriteLine($"slm-edge serve: {line}"),
        };
        try
        {
            ListenAddresses.Check(options.Urls);
        }
        catch (WorkerException error)
        {
            throw new UsageException(error.Message);
        }

        if (!ListenAddresses.AreLoopback(options.Urls))
        {
            await Console.Error.WriteLineAsync(
                $"slm-edge serve: warning: {string.Join(", ", options.Urls)} can be reached from other machines, and the service asks nobody for a password. " +
                "Put it behind a reverse proxy or a firewall.").ConfigureAwait(false);
        }

        using var runtime = arguments.Open(parsed);
        await using var service = await WorkerService.StartAsync(runtime, options, ct).ConfigureAwait(false);
        Console.WriteLine($"{runtime.Manifest.Name} {runtime.Manifest.Version} ({runtime.File} on {runtime.EngineInfo.Name} {runtime.EngineInfo.Version}) listens on {string.Join(", ", service.Addresses)}");
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = ct.Register(stopped.SetResult);
        await stopped.Task.ConfigureAwait(false);
        await service.StopAsync().ConfigureAwait(false);
        await Console.Error.WriteLineAsync("slm-edge serve: stopped").ConfigureAwait(false);
        return ExitCodes.Done;
    }
}
