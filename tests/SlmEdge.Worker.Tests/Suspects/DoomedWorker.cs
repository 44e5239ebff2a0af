using SlmEdge.Runtime;
using SlmEdge.Worker.Broker;
using SlmEdge.Worker.Jobs;
using SlmEdge.Worker.Serving;
using SlmEdge.Worker.Tests.Updates;
using SlmEdge.Worker.Drift;

namespace SlmEdge.Worker.Tests.Suspects;

/// <summary>A service without HTTP in a process of its own, with a <see cref="DeadlyEngine"/> in it.</summary>
internal static class DoomedWorker
{
    public const string Command = "doomed";

    public static async Task RunAsync(string[] arguments)
    {
        using var runtime = SlmRuntime.Open(arguments[1], new RuntimeOptions { Threads = 1, CacheDirectory = arguments[2] });
        await using var engine = new DeadlyEngine(new RuntimeEngine(runtime, owned: false));
        var options = new WorkerOptions
        {
            Inbox = new InboxOptions { Folder = arguments[4], Settle = TimeSpan.FromMilliseconds(50), Interval = TimeSpan.FromMilliseconds(20) },
            Broker = arguments.Length < 6 ? null : new BrokerOptions { Address = new Uri(arguments[5]), Queue = "texts", Results = "results" },
        };
        var log = new WorkerLog(null);
        await using var drift = new DriftWatch(log, null, TimeProvider.System);
        await using var state = await DurableState.OpenAsync(arguments[3], engine, drift, options, log);
        await Console.In.ReadLineAsync();
    }

    /// <summary>Starts it again each time it ends, until something holds.</summary>
    /// <param name="holds">Asked while it runs.</param>
    /// <param name="arguments">Bundle, cache, data folder, inbox, and the broker's address where there is one.</param>
    /// <returns>How often it ended by itself.</returns>
    public static async Task<int> RunUntilAsync(Func<Task<bool>> holds, params string[] arguments)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var ends = 0; ; ends++)
        {
            using var worker = KilledService.Start([Command, .. arguments]);
            while (!worker.HasExited)
            {
                if (await holds())
                {
                    worker.StandardInput.Close();
                    await worker.WaitForExitAsync(limit.Token);
                    worker.ExitCode.ShouldBe(0);
                    return ends;
                }

                await ticks.WaitForNextTickAsync(limit.Token);
            }

            worker.ExitCode.ShouldBe(128 + 9);
        }
    }
}
