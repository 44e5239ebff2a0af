using System.Globalization;
using SlmEdge.Benchmarks.Broker;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;

namespace SlmEdge.Benchmarks.Durability;

/// <summary>
/// <c>slm-edge serve</c> under load from jobs, the folder, RabbitMQ and requests, it and its engine's process killed with SIGKILL at random moments, their starts included.
/// Nothing that was accepted may be lost, nothing decided twice in effect, and the journal's chain has to be whole; otherwise the run fails.
/// </summary>
internal static class KillBenchmark
{
    public static void Run(BenchmarkArguments arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchmarkArguments arguments)
    {
        var times = arguments.Integer("times", 1000);
        var seed = arguments.Integer("seed", 1);
        var limit = TimeSpan.FromMinutes(arguments.Number("minutes", 600));
        if (!RabbitServer.IsInstalled)
        {
            throw new BenchmarkException("kill needs a RabbitMQ of its own: apt-get install rabbitmq-server");
        }

        using var server = new RabbitServer();
        await server.StartAsync();
        using var service = new KilledService(arguments.Required("slm-edge"), arguments.Required("bundle"), arguments.Threads, server.Address, arguments.Text("folder"));
        await using var messages = await KillMessages.ConnectAsync(server.Address);
        Console.WriteLine($"kill: {Machine.Describe()}, {times} kills, seed {seed}, {Path.GetFileName(arguments.Required("bundle"))}");
        var load = new KillLoad(service, messages, new Random(seed));
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var told = 0;
        while (load.Kills < times && System.Diagnostics.Stopwatch.GetElapsedTime(start) < limit)
        {
            await load.RoundAsync();
            if (load.Kills / 50 > told)
            {
                told = load.Kills / 50;
                Console.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{load.Kills} kills, {load.Accepted.Count} jobs accepted, {messages.Answers.Count} of {messages.Sent.Count} messages answered, {System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMinutes:0.0} minutes"));
            }
        }

        await load.FinishAsync();
        var report = await KillReport.CheckAsync(service, load);
        var table = new MarkdownTable("what", "count");
        foreach (var (what, count) in new (string, long)[]
        {
            ("kills of the service", load.ServiceKills),
            ("of them while it started", load.KilledWhileStarting),
            ("kills of the engine", load.EngineKills),
            ("jobs over HTTP", load.Accepted.Count),
            ("their rows", load.Accepted.Sum(job => job.Texts.Length)),
            ("files", load.Files.Count),
            ("their rows", load.Files.Sum(file => file.Texts.Length)),
            ("messages", messages.Sent.Count),
            ("answers to them that came twice", messages.Repeated),
            ("decisions answered over HTTP", load.Answered.Count),
            ("answers 503 or 429 with Retry-After", load.Refused),
            ("journal entries", report.JournalEntries),
            ("faults", report.Faults.Count),
        })
        {
            table.Add(what, Number(count));
        }

        table.Print();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMinutes:0.0} minutes"));
        if (report.Faults.Count > 0)
        {
            throw new BenchmarkException(string.Join(Environment.NewLine, report.Faults.Take(20)));
        }
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
