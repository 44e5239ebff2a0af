using System.Globalization;
using SlmEdge.Benchmarks.Classification;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Engines.Sequences;
using SlmEdge.Runtime.Scheduling;

namespace SlmEdge.Benchmarks.SameAnswer;

/// <summary>The scheduler in both modes against the engine's own batched label scoring, all texts given at once, in the same rounds.</summary>
internal static class ScheduledBenchmark
{
    public static void Run(BenchmarkArguments arguments)
    {
        var input = ClassificationInput.Load(arguments);
        using var engine = input.Gguf is { } gguf ? LlamaCppEngine.Open(gguf, new LlamaCppOptions { Threads = arguments.Threads, BatchTokens = 512 }) : null;
        using var onnx = input.Gguf is null ? OnnxEngine.Open(input.OnnxDirectory!, new OnnxEngineOptions { Threads = arguments.Threads, BatchTokens = 512 }) : null;
        var (prompt, texts) = input.Render(engine?.Tokenizer ?? onnx?.Tokenizer ?? throw new BenchmarkException("There is no tokenizer.gguf."));
        Func<bool, ISequenceEngine> open = engine is not null ? engine.OpenSequences : onnx!.OpenSequences;
        var contenders = new List<Contender>
        {
            Contender.Timed("engine's ScoreLabels", () => ClassificationRun.Shared(engine is not null ? engine : onnx!, prompt.Prefix, texts, prompt.Labels)),
            Contender.Timed("scheduler, deterministic", () => Scheduled(true)),
            Contender.Timed("scheduler, fast", () => Scheduled(false)),
        };
        Console.WriteLine($"score-scheduled: {Machine.Describe()}, {arguments.Threads} thread(s), {Path.GetFileName(input.Gguf ?? "ONNX")}, {texts.Length} texts of {texts.Average(t => t.Length):0.0} tokens, prefix {prompt.Prefix.Length}, {arguments.Repetitions} rounds");
        var runs = PairedRuns.Measure(contenders, warmups: 1, arguments.Repetitions);
        var table = new MarkdownTable("way", "texts/s", "against ScoreLabels");
        for (var i = 0; i < contenders.Count; i++)
        {
            table.Add(contenders[i].Name, (texts.Length / runs.Seconds(i)).ToString("0", CultureInfo.InvariantCulture), i == 0 ? "1" : runs.Ratio(i, 0).ToString());
        }

        table.Print();

        void Scheduled(bool repeatable)
        {
            using var sequences = open(repeatable);
            using var scheduler = new SequenceScheduler(sequences, new SchedulerOptions { QueueCapacity = texts.Length });
            Task.WaitAll([.. texts.Select(text => scheduler.Enqueue(new ScoreRequest(prompt.Prefix, text, prompt.Labels)))]);
        }
    }
}
