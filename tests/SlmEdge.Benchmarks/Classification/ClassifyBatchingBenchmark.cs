using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Engines;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Benchmarks.Classification;

/// <summary>
/// What prefix sharing and batching are worth: the same engine, file, texts and threads, against one whole prompt at a time. With a GGUF
/// and an ONNX model both engines run in the same rounds.
/// </summary>
internal static class ClassifyBatchingBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var input = ClassificationInput.Load(arguments);
        using var llama = input.Gguf is null ? null : LlamaCppEngine.Open(input.Gguf, new LlamaCppOptions { Threads = arguments.Threads });
        using var onnx = input.OnnxDirectory is null ? null : OnnxEngine.Open(input.OnnxDirectory, new OnnxEngineOptions { Threads = arguments.Threads });
        var decided = new Dictionary<string, int[]>(StringComparer.Ordinal);
        var contenders = new List<Contender>();
        if (llama is not null)
        {
            Add(llama, llama.Tokenizer, "llama.cpp", Path.GetFileName(input.Gguf)!);
        }

        if (onnx is not null)
        {
            Add(onnx, onnx.Tokenizer ?? throw new BenchmarkException($"'{input.OnnxDirectory}' has no tokenizer.gguf."), "ONNX Runtime", "model.onnx");
        }

        Console.WriteLine($"classify-batching: {Machine.Describe()}, {arguments.Threads} thread(s), {input.Rows.Count} texts, {arguments.Repetitions} rounds");
        var runs = PairedRuns.Measure(contenders, warmups: 2, arguments.Repetitions);
        var table = new MarkdownTable("engine and way", "texts/s", "against its one by one", "accuracy", "decisions changed");
        for (var i = 0; i < contenders.Count; i++)
        {
            // Contenders come in pairs: one by one, then shared.
            var peer = i - (i % 2);
            var answers = decided[contenders[i].Name];
            var right = answers.Where((label, row) => input.Task.Labels[label].Name == input.Rows[row].Label).Count();
            table.Add(
                contenders[i].Name,
                (input.Rows.Count / runs.Seconds(i)).ToString("0", CultureInfo.InvariantCulture),
                i == peer ? "1" : runs.Ratio(i, peer).ToString(),
                ((double)right / answers.Length).ToString("0.000", CultureInfo.InvariantCulture),
                i == peer ? "–" : ClassificationRun.Differences(answers, decided[contenders[peer].Name]).ToString(CultureInfo.InvariantCulture));
        }

        table.Print();

        void Add(IEngine engine, ITokenizer tokenizer, string name, string file)
        {
            var (prompt, texts) = input.Render(tokenizer);
            var prefix = prompt.Prefix;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: {file}, prefix {prefix.Length} tokens, texts {texts.Average(t => t.Length):0.0} tokens on average, {prompt.Labels.LabelCount} labels"));
            var oneByOne = name + ", one whole prompt at a time";
            var shared = name + ", ScoreLabels (shared prefix, batched)";
            contenders.Add(Contender.Timed(oneByOne, () => decided[oneByOne] = ClassificationRun.OneByOne(engine, prefix, texts, prompt.Labels)));
            contenders.Add(Contender.Timed(shared, () => decided[shared] = ClassificationRun.Shared(engine, prefix, texts, prompt.Labels)));
        }
    }
}
