using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Runtime;
using SlmEdge.Worker;
using SlmEdge.Worker.Broker;
using SlmEdge.Worker.Serving;
using SlmEdge.Worker.Drift;

namespace SlmEdge.Benchmarks.Fleet;

/// <summary>One box of the fleet, a process of its own: what a service does for a queue, with its own data folder and journal, and without HTTP.</summary>
internal static class FleetWorker
{
    public const string Command = "fleet-worker";

    public static void Run(BenchmarkArguments arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchmarkArguments arguments)
    {
        using var runtime = SlmRuntime.Open(arguments.Required("bundle"), new RuntimeOptions { Threads = arguments.Threads });
        await using var engine = new SlowEngine(new RuntimeEngine(runtime, owned: false), TimeSpan.FromMilliseconds(arguments.Integer("milliseconds", 50)));
        var options = new WorkerOptions
        {
            Broker = new BrokerOptions
            {
                Address = new Uri(arguments.Required("broker")),
                Queue = arguments.Required("queue"),
                Results = arguments.Required("results"),
                Prefetch = (ushort)arguments.Integer("prefetch", 8),
            },
        };

        // Loaded; all of them begin at one word.
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
        var log = new WorkerLog(Console.Error.WriteLine);
        await using var drift = new DriftWatch(log, null, TimeProvider.System);
        await using var state = await DurableState.OpenAsync(arguments.Required("data"), engine, drift, options, log);
        await Console.In.ReadLineAsync();
    }
}
