using System.Globalization;
using SlmEdge.Benchmarks.Classification;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;

namespace SlmEdge.Benchmarks.Serving;

/// <summary>From the start of the process to the first decision, and the memory it takes, beside llama.cpp's command line and its first token.</summary>
internal static class StartBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var input = ClassificationInput.Load(arguments);
        var gguf = input.Gguf ?? throw new BenchmarkException("start compares on a GGUF file; there is none.");
        var text = input.Rows[0].Text;
        using var bundle = new TemporaryBundle(gguf, input.Task, input.Codes);
        var peaks = new Dictionary<string, List<long>>(StringComparer.Ordinal);
        var threads = arguments.Threads.ToString(CultureInfo.InvariantCulture);
        var context = arguments.Integer("context", 2048).ToString(CultureInfo.InvariantCulture);
        Contender[] contenders =
        [
            Program(
                "slm-edge classify", arguments.Required("slm-edge"), "classify", "--bundle", bundle.Path, "--cache", bundle.Cache, "--threads", threads, "--context", context, "--text", text),
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
                i == 1 ? "1" : runs.Ratio(1, 0).ToString(),
                (peaks[contenders[i].Name].Order().ElementAt(peaks[contenders[i].Name].Count / 2) / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB");
        }

        table.Print();

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
