using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using SlmEdge.Benchmarks.Classification;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Runtime;
using SlmEdge.Worker;

namespace SlmEdge.Benchmarks.Durability;

/// <summary>What the decision journal costs: the same requests to a service that keeps nothing and to one that answers when the entry is on the disk.</summary>
internal static class JournalBenchmark
{
    public static void Run(BenchmarkArguments arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchmarkArguments arguments)
    {
        var input = ClassificationInput.Load(arguments);
        var path = arguments.Required("bundle");
        var clients = arguments.Integer("clients", 64);
        byte[][] bodies = [.. Enumerable.Range(0, arguments.Integer("requests", 1024)).Select(i => JsonSerializer.SerializeToUtf8Bytes(new { text = input.Rows[i % input.Rows.Count].Text, top = 1 }))];
        var data = Directory.CreateDirectory(Path.Combine(arguments.Text("folder") ?? Path.GetTempPath(), $"slm-edge-journal-{Environment.ProcessId}")).FullName;
        try
        {
            using var runtime = SlmRuntime.Open(path, new RuntimeOptions { Threads = arguments.Threads });
            await using var without = await WorkerService.StartAsync(runtime, new WorkerOptions { Urls = ["http://127.0.0.1:0"] });
            await using var with = await WorkerService.StartAsync(runtime, new WorkerOptions { Urls = ["http://127.0.0.1:0"], DataDirectory = data });
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"journal: {Machine.Describe()}, {arguments.Threads} thread(s), {runtime.File}, {clients} clients, {bodies.Length} requests a round, {arguments.Repetitions} rounds"));
            Contender[] contenders = [new("without a journal", () => Ask(without, bodies, clients)), new("with a journal", () => Ask(with, bodies, clients))];
            var runs = PairedRuns.Measure(contenders, warmups: 1, arguments.Repetitions);
            var table = new MarkdownTable("service", "texts/s", "of the first's");
            for (var i = 0; i < contenders.Length; i++)
            {
                table.Add(contenders[i].Name, (bodies.Length / runs.Seconds(i)).ToString("0.0", CultureInfo.InvariantCulture), i == 0 ? "1" : runs.Ratio(1, 0).ToString());
            }

            table.Print();
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static double Ask(WorkerService service, byte[][] bodies, int clients)
    {
        using var http = new HttpClient { BaseAddress = new Uri(service.Addresses[0]) };
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var next = -1;
        Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < bodies.Length; i = Interlocked.Increment(ref next))
            {
                using var content = new ByteArrayContent(bodies[i]);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
                using var response = await http.PostAsync("/v1/classify", content);
                response.EnsureSuccessStatusCode();
                await response.Content.ReadAsByteArrayAsync();
            }
        }))).GetAwaiter().GetResult();
        return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
