using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using SlmEdge.Bundles;
using SlmEdge.Runtime;
using SlmEdge.Tools.Edge.Classify;
using SlmEdge.Tools.Edge.CommandLine;
using Spectre.Console;

namespace SlmEdge.Tools.Edge.Bench;

/// <summary><c>slm-edge bench</c>: the speed of every model in a bundle on this device.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var command = new Command("bench", "Measures every model in a bundle on this device: texts per second together, and the time of one text alone.");
        var bundle = new Option<string>("--bundle") { Description = "The bundle: a .slmb file, a folder, or store:NAME for an installed one.", Required = true };
        var input = new Option<string?>("--input") { Description = "JSON Lines with texts; without it the bundle's golden examples are used." };
        var texts = new Option<int>("--texts") { Description = "How many texts to classify with each model.", DefaultValueFactory = _ => 200 };
        texts.AtLeast(1);
        command.Options.Add(bundle);
        command.Options.Add(input);
        command.Options.Add(texts);
        command.SetAction((parsed, ct) => RunAsync(StoreArguments.Locate(parsed.GetValue(bundle)!), parsed.GetValue(input), parsed.GetValue(texts), ct));
        return command;
    }

    private static async Task<int> RunAsync(string path, string? input, int count, CancellationToken ct)
    {
        using var bundle = Bundle.Open(path);
        var texts = Repeat(input is null ? [.. bundle.Manifest.Golden.Select(example => example.Text)] : ReadTexts(input, count), count);
        var table = ConsoleTable.Create("File", "Engine", "Load ms", "Texts/s", "One text ms", "Memory MiB");
        foreach (var (engine, file) in SlmRuntime.ListModels(bundle.Manifest))
        {
            var start = Stopwatch.GetTimestamp();
            using var runtime = SlmRuntime.Open(path, new RuntimeOptions { Engine = engine, File = file });
            var load = Stopwatch.GetElapsedTime(start);
            await Console.Error.WriteLineAsync($"measuring {file} …").ConfigureAwait(false);
            await runtime.Classifier.ClassifyAsync(texts[0], ct).ConfigureAwait(false); // The first evaluation also warms caches.
            start = Stopwatch.GetTimestamp();
            await runtime.Classifier.ClassifyAsync(texts, ct).ConfigureAwait(false);
            var together = Stopwatch.GetElapsedTime(start);
            var alone = new List<double>();
            foreach (var text in texts.Take(20))
            {
                start = Stopwatch.GetTimestamp();
                await runtime.Classifier.ClassifyAsync(text, ct).ConfigureAwait(false);
                alone.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            alone.Sort();
            table.AddRow(
                Markup.Escape(file),
                runtime.Engine,
                load.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture),
                (texts.Count / together.TotalSeconds).ToString("0.0", CultureInfo.InvariantCulture),
                alone[alone.Count / 2].ToString("0.00", CultureInfo.InvariantCulture),
                (runtime.Memory.Total / 1048576.0).ToString("0", CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
        return ExitCodes.Done;
    }

    private static List<string> ReadTexts(string input, int count)
    {
        using var stream = File.OpenRead(input);
        return [.. TextRows.Read(stream, input, InputFormat.Auto, 1 << 20).Take(count).Select(row => row.Text)];
    }

    private static List<string> Repeat(List<string> texts, int count) => texts.Count == 0
        ? throw new UsageException("the bundle has no golden examples; give texts with --input")
        : [.. Enumerable.Range(0, count).Select(i => texts[i % texts.Count])];
}
