using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Engines;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Benchmarks.Generation;

/// <summary>
/// Tokens per second of a prompt and of greedy writing: our engines against llama.cpp's <c>llama-bench</c> on the same GGUF, and against
/// transformers.js on the same ONNX folder. llama-bench neither reads logits nor chooses tokens; we do both.
/// </summary>
internal static class GenerateBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var prompt = arguments.Integer("prompt", 512);
        var tokens = arguments.Integer("tokens", 128);
        Console.WriteLine($"generate: {Machine.Describe()}, {arguments.Threads} thread(s), prompt of {prompt} tokens, {tokens} tokens written, {arguments.Repetitions} rounds");
        if (arguments.Text("gguf") is { } gguf)
        {
            var peer = new LlamaBench(arguments.Required("llama-bench"), gguf, arguments.Threads);
            using var engine = LlamaCppEngine.Open(gguf, new LlamaCppOptions { Threads = arguments.Threads, ContextLength = prompt + tokens, BatchTokens = Math.Max(prompt, 256) });
            Compare(arguments, engine, prompt, tokens, "llama.cpp, " + Path.GetFileName(gguf), "llama-bench", () => peer.Prompt(prompt), () => peer.Generate(tokens));
        }

        if (arguments.Text("onnx") is { } folder)
        {
            folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
            using var engine = OnnxEngine.Open(folder, new OnnxEngineOptions { Threads = arguments.Threads, ContextLength = prompt + tokens });
            using var peer = new TransformersPeer(folder, arguments.Text("dtype") ?? "fp32", arguments.Threads);
            var ids = Ids(engine, prompt);
            Compare(
                arguments, engine, prompt, tokens, "ONNX Runtime, " + Path.GetFileName(folder), "transformers.js", () => peer.Generate(ids, 1).Seconds, () => peer.Generate(ids[..1], tokens).Seconds);
        }
    }

    private static void Compare(
        BenchmarkArguments arguments, IEngine engine, int prompt, int tokens, string ours, string theirs, Func<double> theirPrompt, Func<double> theirWriting)
    {
        var ids = Ids(engine, prompt);
        var label = new LabelTrie([[1], [2]]);
        var scores = new float[2];
        var written = 0;
        Contender[] contenders =
        [
            Warmed($"SlmEdge on {ours}: prompt", () => engine.ScoreLabels([], [ids], label, scores)),
            new($"{theirs}: prompt", theirPrompt),
            Warmed($"SlmEdge on {ours}: writing", () => written = engine.GenerateGreedy(ids.AsSpan(0, 1), tokens).Length),
            new($"{theirs}: writing", theirWriting),
        ];
        var runs = PairedRuns.Measure(contenders, warmups: 1, arguments.Repetitions);
        if (written != tokens)
        {
            throw new BenchmarkException($"The model ended its text after {written} of {tokens} tokens; choose fewer with --tokens or another model.");
        }

        var table = new MarkdownTable("way", "tokens/s", "of the peer's speed");
        for (var i = 0; i < contenders.Length; i++)
        {
            table.Add(
                contenders[i].Name,
                ((i < 2 ? prompt : tokens) / runs.Seconds(i)).ToString("0.0", CultureInfo.InvariantCulture),
                i % 2 == 1 ? "1" : runs.Ratio(i, i + 1).ToString());
        }

        table.Print();

        // llama-bench does the work once before it times it: the weights are in the caches then, and not another program's.
        static Contender Warmed(string name, Action work)
        {
            var timed = Contender.Timed(name, work);
            return timed with
            {
                Run = () =>
                {
                    work();
                    return timed.Run();
                },
            };
        }
    }

    // Any tokens do: speed does not depend on what they say.
    private static int[] Ids(IEngine engine, int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(3, engine.VocabularySize))];
    }
}
