using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Runtime;
using SlmEdge.Worker;
using SlmEdge.Worker.Limits;

namespace SlmEdge.Benchmarks.HttpFuzzing;

/// <summary>
/// Malformed requests against the HTTP service over raw connections: no status of the 500s but the intended ones, nothing that hangs, and afterwards a service that
/// answers as before, with nothing left waiting.
/// </summary>
internal static class HttpFuzzBenchmark
{
    public static void Run(BenchmarkArguments arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchmarkArguments arguments)
    {
        var count = arguments.Integer("requests", 20_000);
        var seed = arguments.Integer("seed", 1);
        var log = new StringBuilder();
        using var runtime = SlmRuntime.Open(arguments.Required("bundle"), new RuntimeOptions { Threads = arguments.Threads });
        await using var service = await WorkerService.StartAsync(runtime, new WorkerOptions
        {
            Urls = ["http://127.0.0.1:0"],
            Limits = new LimitOptions { MaxRequestBytes = 1 << 20, MaxTokens = 16, HeaderTime = TimeSpan.FromSeconds(2) },
            Log = line =>
            {
                lock (log)
                {
                    log.AppendLine(line);
                }
            },
        });
        var address = new Uri(service.Addresses[0]);
        using var client = new HttpClient { BaseAddress = address };
        var before = await client.GetStringAsync("/v1/bundle");
        var start = Stopwatch.GetTimestamp();
        var (answers, faults) = await HttpFuzz.RunAsync(new IPEndPoint(IPAddress.Loopback, address.Port), seed, count, arguments.Integer("clients", 32));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"http-fuzz: {Machine.Describe()}, {runtime.Manifest.Name} ({runtime.Manifest.Task.Kind}), {count} requests, seed {seed}, {seconds:0} s"));
        int[] statuses = [.. answers.Keys.Select(key => key.Status).Distinct().Order()];
        var table = new MarkdownTable(["fault", .. statuses.Select(status => status == RawExchange.Closed ? "closed" : status.ToString(CultureInfo.InvariantCulture))]);
        foreach (var kind in MalformedRequests.Kinds)
        {
            table.Add([kind, .. statuses.Select(status => answers.GetValueOrDefault((kind, status)).ToString(CultureInfo.InvariantCulture))]);
        }

        table.Print();
        var alive = await client.GetStringAsync("/v1/bundle") == before;
        Console.WriteLine($"answers as before: {(alive ? "yes" : "no")}; texts that wait: {runtime.WaitingTexts}; unintended: {faults.Count}");
        foreach (var fault in faults.Take(20))
        {
            Console.WriteLine(fault);
        }

        Console.Error.Write(log);
        if (faults.Count > 0 || !alive || runtime.WaitingTexts > 0)
        {
            throw new BenchmarkException("The service did not hold out.");
        }
    }
}
