using System.Diagnostics;
using SlmEdge.Bundles.Store;

namespace SlmEdge.Bundles.Tests.Store;

/// <summary>A process of its own that installs a bundle and is killed (SIGKILL) as soon as a step is done, or waits with the store open.</summary>
internal static class KilledInstallation
{
    private const string Installed = "installed";

    public static async Task<int> Main(string[] args)
    {
        using BundleStore store = BundleStore.Open(args[0]);
        if (args.Length == 1)
        {
            Console.WriteLine("open");
            await Console.In.ReadLineAsync();
            return 0;
        }

        var killAt = Enum.Parse<InstallStep>(args[2]);
        await store.InstallAsync(args[1], new InstallOptions
        {
            OnStep = step =>
            {
                if (step == killAt)
                {
                    using Process self = Process.GetCurrentProcess();
                    self.Kill();
                    Thread.Sleep(Timeout.Infinite);
                }
            },
        });
        Console.WriteLine(Installed);
        return 0;
    }

    public static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(typeof(KilledInstallation).Assembly.Location);
        foreach (string argument in args)
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
