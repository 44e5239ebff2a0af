using System.Globalization;
using SlmEdge.Benchmarks.Classification;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.Sequences;
using SlmEdge.Runtime.Scheduling;

namespace SlmEdge.Benchmarks.Adapters;

/// <summary>What adapters cost: texts/s with their requests interleaved, grouped by the scheduler and not, and one switch by itself.</summary>
internal static class AdapterBenchmark
{
    private const int Rank = 16;
    private const int Adapters = 8;
    private const int Evaluations = 100;

    public static void Run(BenchmarkArguments arguments)
    {
        var input = ClassificationInput.Load(arguments);
        var model = input.Gguf ?? throw new BenchmarkException("Adapters run beside a GGUF file; name one with --gguf.");
        using var engine = LlamaCppEngine.Open(model, new LlamaCppOptions { Threads = arguments.Threads, BatchTokens = 512 });
        var (prompt, texts) = input.Render(engine.Tokenizer);
        var folder = Directory.CreateTempSubdirectory("slm-edge-adapters-");
        try
        {
            var files = Enumerable.Range(0, Adapters).Select(i => Path.Combine(folder.FullName, $"{i}.gguf")).ToArray();
            for (var i = 0; i < files.Length; i++)
            {
                RandomAdapter.Write(model, files[i], Rank, seed: i);
            }

            Console.WriteLine($"adapters: {Machine.Describe()}, {arguments.Threads} thread(s), {Path.GetFileName(model)}, {texts.Length} texts of {texts.Average(t => t.Length):0.0} tokens, prefix {prompt.Prefix.Length}, rank {Rank} on every projection, {arguments.Repetitions} rounds");
            foreach (var repeatable in new[] { true, false })
            {
                (string Name, int Count, int Turn)[] ways =
                [
                    ("the model itself", 0, 0), ("1 adapter", 1, 0), ("2 interleaved", 2, 0), ("8 interleaved", 8, 0), ("8 interleaved, not grouped", 8, 1),
                ];
                var contenders = ways.Select(way => Contender.Timed(way.Name, () => Score(repeatable, way.Count, way.Turn))).ToList();
                var runs = PairedRuns.Measure(contenders, warmups: 1, arguments.Repetitions);
                var table = new MarkdownTable(repeatable ? "deterministic" : "fast", "texts/s", "against 1 adapter");
                for (var i = 0; i < contenders.Count; i++)
                {
                    table.Add(contenders[i].Name, (texts.Length / runs.Seconds(i)).ToString("0", CultureInfo.InvariantCulture), i == 1 ? "1" : runs.Ratio(i, 1).ToString());
                }

                table.Print();
            }

            MeasureSwitch(engine, files, arguments.Repetitions);

            void Score(bool repeatable, int count, int turn)
            {
                using var sequences = engine.OpenSequences(repeatable);
                using var scheduler = new SequenceScheduler(sequences, new SchedulerOptions { QueueCapacity = texts.Length, AdapterTurn = turn });
                var slots = Enumerable.Range(0, count).Select(i => new AdapterSlot($"{i}")).ToArray();
                Task.WaitAll([.. slots.Select((slot, i) => scheduler.LoadAdapterAsync(slot, files[i]))]);
                Task.WaitAll([.. texts.Select((text, i) => scheduler.Enqueue(
                    new ScoreRequest(prompt.Prefix, text, prompt.Labels) { Adapter = count == 0 ? null : slots[i % count] }))]);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void MeasureSwitch(LlamaCppEngine engine, string[] files, int repetitions)
    {
        using var sequences = engine.OpenSequences(repeatable: true);
        for (var i = 0; i < files.Length; i++)
        {
            sequences.LoadAdapter($"{i}", files[i]);
        }

        var batch = new SequenceBatch(4);
        var runs = PairedRuns.Measure([Contender.Timed("same", () => Evaluate(false)), Contender.Timed("switched", () => Evaluate(true))], warmups: 1, repetitions);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"an evaluation of 4 tokens: {runs.Seconds(0) / Evaluations * 1e3:0.00} ms with the adapter of the one before, {runs.Seconds(1) / Evaluations * 1e3:0.00} ms with another"));

        void Evaluate(bool switches)
        {
            for (var i = 0; i < Evaluations; i++)
            {
                var sequence = sequences.Allocate(repeats: true);
                batch.Clear();
                batch.AdapterKey = switches ? $"{i % files.Length}" : "0";
                batch.Add(sequence, [5, 6, 7, 8], outputLast: true);
                sequences.Evaluate(batch, CancellationToken.None);
                sequences.Free(sequence);
                sequences.Settle();
            }
        }
    }
}
