using System.Diagnostics;
using SlmEdge.Bundles.Store;
using SlmEdge.Runtime;
using SlmEdge.Worker.Tests.Suspects;
using SlmEdge.Worker.Updates;

namespace SlmEdge.Worker.Tests.Updates;

/// <summary>A service in a process of its own, which is killed (SIGKILL) as soon as a step of an installation is done.</summary>
internal static class KilledService
{
    public static async Task Main(string[] args)
    {
        if (args[0] == DoomedWorker.Command)
        {
            await DoomedWorker.RunAsync(args);
            return;
        }

        var killAt = Enum.Parse<InstallStep>(args[1]);
        var updates = new UpdateOptions
        {
            StorePath = args[0],
            BundleName = "stories",
            OnStep = step =>
            {
                if (step == killAt)
                {
                    using var self = Process.GetCurrentProcess();
                    self.Kill();
                    Thread.Sleep(Timeout.Infinite);
                }
            },
        };
        await using var service = await WorkerService.StartFromStoreAsync(new RuntimeOptions { Threads = 1 }, null, new WorkerOptions { Urls = ["http://127.0.0.1:0"], Updates = updates });
        Console.WriteLine(service.Addresses[0]);
        await Console.In.ReadLineAsync();
    }

    public static Process Start(string store, InstallStep killAt) => Start(store, killAt.ToString());

    /// <summary>Starts this program.</summary>
    public static Process Start(params string[] arguments)
    {
        var host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(host) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in arguments.Prepend(typeof(KilledService).Assembly.Location))
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
