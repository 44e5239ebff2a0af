using System.Globalization;
using SlmEdge.Benchmarks.Classification;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Engines.LlamaCpp;

namespace SlmEdge.Benchmarks.Serving;

/// <summary>From the start of the process to the first decision, and the memory it takes, beside llama.cpp's command line and its first token.</summary>
internal static class StartBenchmark
{
    // What a process may take beside weights and key-value memory, and the batch that slm-edge sets aside for a single text.
    private const long Overhead = 60_000_000;
    private const int OneTextTokens = 128;

    public static void Run(BenchmarkArguments arguments)
    {
        var input = ClassificationInput.Load(arguments);
        var gguf = input.Gguf ?? throw new BenchmarkException("start compares on a GGUF file; there is none.");
        var text = input.Rows[0].Text;
        using var bundle = new TemporaryBundle(gguf, input.Task, input.Codes);
        var peaks = new Dictionary<string, List<long>>(StringComparer.Ordinal);
        var threads = arguments.Threads.ToString(CultureInfo.InvariantCulture);
        var context = arguments.Integer("context", 2048).ToString(CultureInfo.InvariantCulture);

        // Optional: samples/interop/c/classify.c, which takes the context that the model was made for.
        Contender[] linked = arguments.Text("c-program") is { } c ? [Program("C program with slmedge.so", c, "--engine", "llama", bundle.Path, text)] : [];
        Contender[] contenders =
        [
            Program(
                "slm-edge classify", arguments.Required("slm-edge"), "classify", "--bundle", bundle.Path, "--cache", bundle.Cache, "--threads", threads, "--context", context, "--text", text),
            .. linked,
            Program(
                "llama.cpp, one token", arguments.Required("llama"), "-m", gguf, "-t", threads, "-c", context, "-n", "1", "--temp", "0", "-no-cnv", "-p", input.Task.Instruction + "\n\nText: " + text + "\nAnswer:"),
        ];
        Console.WriteLine($"start: {Machine.Describe()}, {threads} thread(s), {Path.GetFileName(gguf)} of {new FileInfo(gguf).Length / 1e6:0.0} MB, context {context}, {arguments.Repetitions} rounds");
        var runs = PairedRuns.Measure(contenders, warmups: 1, arguments.Repetitions);
        var table = new MarkdownTable("program", "seconds", "of the peer's", "peak resident");
        for (var i = 0; i < contenders.Length; i++)
        {
            table.Add(
                contenders[i].Name,
                runs.Seconds(i).ToString("0.000", CultureInfo.InvariantCulture),
                i == contenders.Length - 1 ? "1" : runs.Ratio(contenders.Length - 1, i).ToString(),
                (peaks[contenders[i].Name].Order().ElementAt(peaks[contenders[i].Name].Count / 2) / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB");
        }

        table.Print();
        var memory = LlamaMemory.Estimate(gguf, new LlamaCppOptions { ContextLength = arguments.Integer("context", 2048), BatchTokens = OneTextTokens });
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"weights {memory.Weights / 1e6:0.0} MB + key-value memory {memory.KeyValues / 1e6:0.0} MB + {Overhead / 1e6:0} MB = {(memory.Weights + memory.KeyValues + Overhead) / 1e6:0.0} MB is what slm-edge may take"));

        Contender Program(string name, string program, params string[] line)
        {
            peaks[name] = [];
            return new Contender(name, () =>
            {
                var measured = ShortProcess.Run(program, line);
                peaks[name].Add(measured.PeakBytes);
                return measured.Seconds;
            });
        }
    }
}
