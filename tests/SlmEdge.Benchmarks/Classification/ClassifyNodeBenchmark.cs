using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Engines.LlamaCpp;

namespace SlmEdge.Benchmarks.Classification;

/// <summary>Our llama.cpp engine against node-llama-cpp, the same build of llama.cpp, on one GGUF, one set of prompts and as many threads.</summary>
internal static class ClassifyNodeBenchmark
{
    private static readonly int[] ParallelSequences = [1, 16];

    public static void Run(BenchmarkArguments arguments)
    {
        var input = ClassificationInput.Load(arguments);
        var gguf = input.Gguf ?? throw new BenchmarkException("classify-node compares on a GGUF file; there is none.");
        using var engine = LlamaCppEngine.Open(gguf, new LlamaCppOptions { Threads = arguments.Threads });
        var (prompt, texts) = input.Render(engine.Tokenizer);
        if (!prompt.Labels.SingleToken)
        {
            throw new BenchmarkException("The peer reads the logits of one token per label; use a task with the verbalizer 'code'.");
        }

        var prefix = prompt.Prefix;
        int[] codes = [.. Enumerable.Range(0, prompt.Labels.LabelCount).Select(l => prompt.AnswerTokens(l)[0])];
        using var peer = NodeClassifier.Start(gguf, prefix, texts, codes, arguments.Threads);
        int[] ours = [];
        var theirs = new Dictionary<string, int[]>(StringComparer.Ordinal);
        var contenders = new List<Contender>
        {
            Contender.Timed("SlmEdge, ScoreLabels (shared prefix, batched)", () => ours = ClassificationRun.Shared(engine, prefix, texts, prompt.Labels)),
        };
        AddPeer("node-llama-cpp, one whole prompt at a time", sequences: 1, keepPrefix: false);
        foreach (var sequences in ParallelSequences)
        {
            AddPeer($"node-llama-cpp, prefix kept, {sequences} sequence(s)", sequences, keepPrefix: true);
        }

        Console.WriteLine($"classify-node: {Machine.Describe()}, {arguments.Threads} thread(s), {Path.GetFileName(gguf)}, {texts.Length} texts, prefix {prefix.Length} tokens, {arguments.Repetitions} rounds");
        var runs = PairedRuns.Measure(contenders, warmups: 2, arguments.Repetitions);
        var table = new MarkdownTable("way", "texts/s", "SlmEdge is faster by", "decisions other than SlmEdge's");
        for (var i = 0; i < contenders.Count; i++)
        {
            table.Add(
                contenders[i].Name,
                (texts.Length / runs.Seconds(i)).ToString("0", CultureInfo.InvariantCulture),
                i == 0 ? "1" : runs.Ratio(0, i).ToString(),
                i == 0 ? "–" : ClassificationRun.Differences(ours, theirs[contenders[i].Name]).ToString(CultureInfo.InvariantCulture));
        }

        table.Print();

        void AddPeer(string name, int sequences, bool keepPrefix) => contenders.Add(new Contender(name, () =>
        {
            var (seconds, decisions) = peer.Classify(sequences, keepPrefix);
            theirs[name] = decisions;
            return seconds;
        }));
    }
}
