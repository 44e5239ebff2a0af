using System.Globalization;
using SlmEdge.Benchmarks.Classification;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Runtime;
using SlmEdge.Worker;
using SlmEdge.Worker.Isolation;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Benchmarks.Isolation;

/// <summary>What it costs to have the engine in a process of its own: one decision after another, and 64 clients at once, against the same runtime in this process.</summary>
internal static class IsolationBenchmark
{
    public static void Run(BenchmarkArguments arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchmarkArguments arguments)
    {
        var input = ClassificationInput.Load(arguments);
        var bundle = arguments.Required("bundle");
        var clients = arguments.Integer("clients", 64);
        var options = new RuntimeOptions { Threads = arguments.Threads };
        string[] texts = [.. input.Rows.Select(row => row.Text)];
        using var runtime = SlmRuntime.Open(bundle, options);
        await using var here = new RuntimeEngine(runtime, owned: false);
        var program = arguments.Required("slm-edge");
        await using var child = await ChildEngine.StartAsync(
            bundle,
            options,
            new IsolationOptions { HostCommand = program.EndsWith(".dll", StringComparison.Ordinal) ? ["dotnet", program, EngineHost.CommandName] : [program, EngineHost.CommandName] },
            new WorkerLog(Console.Error.WriteLine),
            default);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"isolation: {Machine.Describe()}, {arguments.Threads} thread(s), {runtime.File}, {(runtime.IsDeterministic ? "deterministic" : "fast")} mode, {texts.Length} texts, {arguments.Repetitions} rounds"));

        // Two engines that compute in different ways cannot be compared; neither can two builds, whose last bits may differ.
        var (ours, theirs) = (await here.ClassifyAsync(texts, default), await child.ClassifyAsync(texts, default));
        if (here.Bundle.IsDeterministic != child.Bundle.IsDeterministic || here.Bundle.EngineInfo.CpuLevel != child.Bundle.EngineInfo.CpuLevel
            || !ours.SelectMany(decision => decision.Scores).SequenceEqual(theirs.SelectMany(decision => decision.Scores)))
        {
            throw new BenchmarkException("The two engines do not decide alike.");
        }

        Contender[] contenders =
        [
            One("in this process, one after another", here), One("in a process of its own, one after another", child),
            Many($"in this process, {clients} clients", here), Many($"in a process of its own, {clients} clients", child),
        ];
        var runs = PairedRuns.Measure(contenders, warmups: 2, arguments.Repetitions);
        var table = new MarkdownTable("engine", "texts/s", "ms a text", "speed, of this process's");
        for (var i = 0; i < contenders.Length; i++)
        {
            table.Add(
                contenders[i].Name,
                (texts.Length / runs.Seconds(i)).ToString("0.0", CultureInfo.InvariantCulture),
                (1000 * runs.Seconds(i) / texts.Length).ToString("0.00", CultureInfo.InvariantCulture),
                i % 2 == 0 ? "1" : runs.Ratio(i, i - 1).ToString());
        }

        table.Print();

        Contender One(string name, IServingEngine engine) => Contender.Timed(name, () =>
        {
            foreach (var text in texts)
            {
                engine.ClassifyAsync([text], default).GetAwaiter().GetResult();
            }
        });

        Contender Many(string name, IServingEngine engine) => Contender.Timed(name, () =>
        {
            var next = -1;
            Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
            {
                for (var text = Interlocked.Increment(ref next); text < texts.Length; text = Interlocked.Increment(ref next))
                {
                    await engine.ClassifyAsync([texts[text]], default);
                }
            }))).GetAwaiter().GetResult();
        });
    }
}
