using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;

namespace SlmEdge.Benchmarks.Soak;

/// <summary>Mixed load on one service a bundle, all at once: waiting times, errors, and whether memory, handles and threads stay where they are after the warm-up.</summary>
internal static class SoakBenchmark
{
    public static void Run(BenchmarkArguments arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchmarkArguments arguments)
    {
        var bundles = arguments.Required("bundle").Split(',', StringSplitOptions.RemoveEmptyEntries);
        var duration = TimeSpan.FromMinutes(arguments.Number("minutes", 60));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"soak: {Machine.Describe()}, {arguments.Threads} thread(s) an engine, {duration.TotalMinutes} minutes"));
        var runs = await Task.WhenAll(bundles.Select(bundle => SoakRun.RunAsync(arguments.Required("slm-edge"), bundle, arguments.Threads, duration, arguments.Text("folder"))));
        var waits = new MarkdownTable("bundle, request", "answers", "p50, ms", "p99, ms", "busy");
        var processes = new MarkdownTable("bundle, process", "resident after warm-up", "at the end", "change", "most", "handles", "at the end", "threads", "at the end");
        foreach (var (run, bundle) in runs.Zip(bundles.Select(Path.GetFileNameWithoutExtension)))
        {
            foreach (var (operation, latencies, busy) in run.Operations)
            {
                waits.Add($"{bundle}, {operation}", latencies.Count.ToString("N0", CultureInfo.InvariantCulture), Milliseconds(latencies, 0.5), Milliseconds(latencies, 0.99), busy.ToString(CultureInfo.InvariantCulture));
            }

            foreach (var process in run.Processes)
            {
                processes.Add(
                    $"{bundle}, {process.Name}",
                    Megabytes(process.Early.Resident),
                    Megabytes(process.Late.Resident),
                    string.Create(CultureInfo.InvariantCulture, $"{100 * process.Growth:+0.0;−0.0;0.0} %"),
                    Megabytes(process.Peak.Resident),
                    process.Early.Handles.ToString(CultureInfo.InvariantCulture),
                    process.Late.Handles.ToString(CultureInfo.InvariantCulture),
                    process.Early.Threads.ToString(CultureInfo.InvariantCulture),
                    process.Late.Threads.ToString(CultureInfo.InvariantCulture));
            }
        }

        if (arguments.Text("samples") is { } file)
        {
            File.WriteAllLines(file, ["bundle,second,service resident,handles,threads,engine resident,handles,threads", .. runs.Zip(bundles).SelectMany(pair => pair.First.Samples.Select((sample, second) => string.Create(
                CultureInfo.InvariantCulture,
                $"{pair.Second},{second + 1},{sample.Service.Resident},{sample.Service.Handles},{sample.Service.Threads},{sample.Engine.Resident},{sample.Engine.Handles},{sample.Engine.Threads}")))]);
        }

        waits.Print();
        processes.Print();
        string[] faults = [.. runs.Zip(bundles).SelectMany(pair => pair.First.Faults.Select(fault => $"{pair.Second}: {fault}"))];
        Console.WriteLine($"faults: {faults.Length}");
        if (faults.Length > 0)
        {
            throw new BenchmarkException(string.Join(Environment.NewLine, faults));
        }
    }

    private static string Milliseconds(LatencyHistogram latencies, double share) => latencies.Percentile(share).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB";
}
