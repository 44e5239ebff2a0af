using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using SlmEdge.Benchmarks.Classification;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Runtime;

namespace SlmEdge.Benchmarks.Serving;

/// <summary>Many clients at full load for minutes: errors, waiting times, and whether memory stays where it is after the first minute.</summary>
internal static class LoadBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var input = ClassificationInput.Load(arguments);
        var clients = arguments.Integer("clients", 64);
        var duration = TimeSpan.FromMinutes(arguments.Number("minutes", 10));
        string[] texts = [.. input.Rows.Select(row => row.Text)];
        using var bundle = arguments.Text("bundle") is null
            ? new TemporaryBundle(input.Gguf ?? throw new BenchmarkException("load needs --bundle or --gguf."), input.Task, input.Codes)
            : null;
        using var runtime = SlmRuntime.Open(
            bundle?.Path ?? arguments.Required("bundle"), new RuntimeOptions { CacheDirectory = bundle?.Cache, Threads = arguments.Threads, QueueCapacity = arguments.Integer("queue", 1024) });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"load: {Machine.Describe()}, {arguments.Threads} thread(s), {runtime.File}, {clients} clients for {duration.TotalMinutes} minutes, {texts.Length} texts"));
        var latencies = new LatencyHistogram();
        var errors = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        long done = 0;
        var begin = Stopwatch.GetTimestamp();
        var work = Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            for (var text = client; Stopwatch.GetElapsedTime(begin) < duration; text += clients)
            {
                var start = Stopwatch.GetTimestamp();
                try
                {
                    await runtime.Classifier.ClassifyAsync(texts[text % texts.Length]);
                    latencies.Add(Stopwatch.GetElapsedTime(start));
                    Interlocked.Increment(ref done);
                }
                catch (RuntimeBusyException busy)
                {
                    errors.AddOrUpdate("busy", 1, (_, count) => count + 1);
                    await Task.Delay(busy.RetryAfter);
                }
                catch (RuntimeException error)
                {
                    errors.AddOrUpdate(error.GetType().Name, 1, (_, count) => count + 1);
                }
            }
        })).ToArray();
        var warm = duration < TimeSpan.FromMinutes(2) ? duration / 2 : TimeSpan.FromMinutes(1);
        Thread.Sleep(warm);
        var early = Machine.StatusBytes("VmRSS");
        Task.WhenAll(work).GetAwaiter().GetResult();
        var late = Machine.StatusBytes("VmRSS");
        var table = new MarkdownTable("texts", "texts/s", "p50, ms", "p99, ms", "busy", "other errors", "resident after warm-up", "at the end", "change");
        table.Add(
            done.ToString("N0", CultureInfo.InvariantCulture),
            (done / duration.TotalSeconds).ToString("0.0", CultureInfo.InvariantCulture),
            Percentile(latencies, 0.5),
            Percentile(latencies, 0.99),
            errors.GetValueOrDefault("busy").ToString(CultureInfo.InvariantCulture),
            errors.Where(pair => pair.Key != "busy").Sum(pair => pair.Value).ToString(CultureInfo.InvariantCulture),
            Megabytes(early),
            Megabytes(late),
            string.Create(CultureInfo.InvariantCulture, $"{100.0 * (late - early) / early:+0.0;−0.0;0.0} %"));
        table.Print();
    }

    private static string Percentile(LatencyHistogram latencies, double share) => latencies.Percentile(share).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB";
}
