using System.CommandLine;
using System.Globalization;
using SlmEdge.Bundles;
using SlmEdge.Runtime;
using SlmEdge.Tools.Edge.Classify;
using SlmEdge.Tools.Edge.CommandLine;
using Spectre.Console;

namespace SlmEdge.Tools.Edge.Bench;

/// <summary>What <c>bench</c> and <c>tune</c> have in common: which bundle, which texts, which settings, and the table.</summary>
internal sealed class BenchArguments
{
    private readonly Option<string> _bundle = new("--bundle") { Description = "The bundle: a .slmb file, a folder, or store:NAME for an installed one.", Required = true };
    private readonly Option<string?> _input = new("--input") { Description = "JSON Lines with texts; without it the bundle's golden examples are used." };
    private readonly Option<int> _texts = new("--texts") { Description = "How many texts to classify in each setting.", DefaultValueFactory = _ => 200 };
    private readonly Option<int[]> _threads = new("--threads") { Description = "Numbers of threads to try; default: powers of two up to the cores, and all hardware threads.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };
    private readonly Option<int[]> _batches = new("--batch-tokens") { Description = "Batch sizes to try, in tokens; default: 128, 512, 2048.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [] };

    public BenchArguments(Command command)
    {
        _texts.AtLeast(1);
        _threads.Validators.Add(result => Check(result.GetValueOrDefault<int[]>() ?? [], 512, "--threads", result.AddError));
        _batches.Validators.Add(result => Check(result.GetValueOrDefault<int[]>() ?? [], RuntimeOptions.MaxBatchTokens, "--batch-tokens", result.AddError));
        foreach (var option in new Option[] { _bundle, _input, _texts, _threads, _batches })
        {
            command.Options.Add(option);
        }
    }

    public string Path(ParseResult parsed) => StoreArguments.Locate(parsed.GetValue(_bundle)!);

    /// <summary>Measures and prints the table.</summary>
    public async Task<IReadOnlyList<Measurement>> MeasureAsync(ParseResult parsed, CancellationToken ct)
    {
        var path = Path(parsed);
        List<string> golden;
        using (var bundle = Bundle.Open(path))
        {
            golden = [.. bundle.Manifest.Golden.Select(example => example.Text)];
        }

        var count = parsed.GetValue(_texts);
        var texts = Repeat(parsed.GetValue(_input) is { } input ? ReadTexts(input, count) : golden, count);
        var bench = new DeviceBench(path, texts, line => Console.Error.WriteLine(line));
        var all = await bench.RunAsync(Given(parsed.GetValue(_threads)), Given(parsed.GetValue(_batches)), ct).ConfigureAwait(false);
        Show(all);
        return all;
    }

    private static void Show(IReadOnlyList<Measurement> all)
    {
        var best = Measurement.Fastest(all);
        var table = ConsoleTable.Create("File", "Engine", "Threads", "Batch tokens", "Texts/s", "One text p50 ms", "p99 ms", "Resident MiB", "Golden", "");
        foreach (var one in all)
        {
            table.AddRow(
                Markup.Escape(one.File),
                one.Engine.ToString().ToLowerInvariant(),
                one.Threads.ToString(CultureInfo.InvariantCulture),
                one.BatchTokens.ToString(CultureInfo.InvariantCulture),
                one.TextsPerSecond.ToString("0.0", CultureInfo.InvariantCulture),
                one.MedianMs.ToString("0.00", CultureInfo.InvariantCulture),
                one.P99Ms.ToString("0.00", CultureInfo.InvariantCulture),
                (one.ResidentBytes / 1048576.0).ToString("0", CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{one.GoldenPassed} of {one.GoldenCount}"),
                ReferenceEquals(one, best) ? "recommended" : "");
        }

        AnsiConsole.Write(table);
    }

    private static IReadOnlyList<int>? Given(int[]? values) => values is { Length: > 0 } ? values : null;

    private static void Check(int[] values, int most, string name, Action<string> error)
    {
        if (Array.Exists(values, value => value < 1 || value > most))
        {
            error($"{name} has to be numbers from 1 to {most}.");
        }
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
