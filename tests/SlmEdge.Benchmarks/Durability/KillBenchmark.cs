using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;

namespace SlmEdge.Benchmarks.Durability;

/// <summary>
/// <c>slm-edge serve</c> under load from jobs, the folder and requests, killed with SIGKILL at random moments, its start included. Nothing that was
/// accepted may be lost, nothing decided twice in effect, and the journal's chain has to be whole; otherwise the run fails.
/// </summary>
internal static class KillBenchmark
{
    public static void Run(BenchmarkArguments arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchmarkArguments arguments)
    {
        var times = arguments.Integer("times", 1000);
        var seed = arguments.Integer("seed", 1);
        var limit = TimeSpan.FromMinutes(arguments.Number("minutes", 600));
        using var service = new KilledService(arguments.Required("slm-edge"), arguments.Required("bundle"), arguments.Threads, arguments.Text("folder"));
        Console.WriteLine($"kill: {Machine.Describe()}, {times} kills, seed {seed}, {Path.GetFileName(arguments.Required("bundle"))}");
        var random = new Random(seed);
        var load = new KillLoad(service, random);
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var kills = 0;
        while (kills < times && System.Diagnostics.Stopwatch.GetElapsedTime(start) < limit)
        {
            await load.RoundAsync();
            kills++;
            if (kills % 50 == 0)
            {
                Console.Error.WriteLine($"{kills} kills, {load.Accepted.Count} jobs accepted");
            }
        }

        await load.FinishAsync();
        var report = KillReport.Check(service, load);
        var table = new MarkdownTable("kills", "of them while starting", "jobs", "their rows", "files", "their rows", "answers over HTTP", "journal entries", "minutes", "faults");
        table.Add(
            Number(kills),
            Number(load.KilledWhileStarting),
            Number(load.Accepted.Count),
            Number(load.Accepted.Sum(job => job.Texts.Length)),
            Number(load.Files.Count),
            Number(load.Files.Sum(file => file.Texts.Length)),
            Number(load.Answered.Count),
            Number(report.JournalEntries),
            System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMinutes.ToString("0.0", CultureInfo.InvariantCulture),
            Number(report.Faults.Count));
        table.Print();
        if (report.Faults.Count > 0)
        {
            throw new BenchmarkException(string.Join(Environment.NewLine, report.Faults.Take(20)));
        }
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
