using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using SlmEdge.Benchmarks.Classification;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.OnnxRuntime;
using SlmEdge.Engines.Sequences;
using SlmEdge.Runtime.Scheduling;
using SlmEdge.Tasks.Labels;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Benchmarks.SameAnswer;

/// <summary>
/// Decisions alone, one after the other, and the same ones for 64 clients at once in another order beside two writers: how many labels
/// change, how far scores move, and what it costs that none does.
/// </summary>
internal static class SameAnswerBenchmark
{
    private const int Clients = 64;
    private const int Writers = 2;

    public static void Run(BenchmarkArguments arguments)
    {
        var input = ClassificationInput.Load(arguments);
        var count = arguments.Integer("decisions", 10_000);
        Console.WriteLine($"same-answer: {Machine.Describe()}, {arguments.Threads} thread(s), {count} decisions, {Clients} clients and {Writers} writers");
        var table = new MarkdownTable("engine and mode", "labels changed", "scores that differ", "largest difference", "texts/s alone", "texts/s, 64 clients");
        if (input.Gguf is { } gguf)
        {
            using var engine = LlamaCppEngine.Open(gguf, new LlamaCppOptions { Threads = arguments.Threads, BatchTokens = 512 });
            Measure($"llama.cpp {Path.GetFileName(gguf)}", engine.OpenSequences, engine.Tokenizer);
        }

        if (input.OnnxDirectory is { } onnx)
        {
            using var engine = OnnxEngine.Open(onnx, new OnnxEngineOptions { Threads = arguments.Threads, BatchTokens = 512 });
            Measure("ONNX Runtime", engine.OpenSequences, engine.Tokenizer ?? throw new BenchmarkException($"'{onnx}' has no tokenizer.gguf."));
        }

        table.Print();

        void Measure(string name, Func<bool, ISequenceEngine> open, LlamaTokenizer tokenizer)
        {
            // More decisions than rows: the same rows again with a number behind them.
            var prompt = ClassificationPrompt.Create(input.Task, tokenizer, input.Codes);
            var texts = Enumerable.Range(0, count)
                .Select(i => prompt.EncodeText(input.Rows[i % input.Rows.Count].Text + (i < input.Rows.Count ? "" : string.Create(CultureInfo.InvariantCulture, $" {i / input.Rows.Count}"))))
                .ToArray();
            foreach (var repeatable in new[] { true, false })
            {
                using var sequences = open(repeatable);
                using var scheduler = new SequenceScheduler(sequences, new SchedulerOptions());
                Score(scheduler, prompt, texts[0]).GetAwaiter().GetResult();
                var start = Stopwatch.GetTimestamp();
                var alone = texts.Select(text => Score(scheduler, prompt, text).GetAwaiter().GetResult()).ToArray();
                var aloneSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                start = Stopwatch.GetTimestamp();
                var together = Together(scheduler, prompt, texts, tokenizer).GetAwaiter().GetResult();
                var togetherSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                var changed = 0;
                var differing = 0;
                var largest = 0f;
                for (var i = 0; i < count; i++)
                {
                    changed += TensorPrimitives.IndexOfMax<float>(alone[i]) == TensorPrimitives.IndexOfMax<float>(together[i]) ? 0 : 1;
                    for (var label = 0; label < alone[i].Length; label++)
                    {
                        differing += BitConverter.SingleToInt32Bits(alone[i][label]) == BitConverter.SingleToInt32Bits(together[i][label]) ? 0 : 1;
                        largest = Math.Max(largest, Math.Abs(alone[i][label] - together[i][label]));
                    }
                }

                table.Add(
                    $"{name}, {(repeatable ? "deterministic" : "fast")}",
                    changed.ToString(CultureInfo.InvariantCulture),
                    (100.0 * differing / ((long)count * alone[0].Length)).ToString("0.0", CultureInfo.InvariantCulture) + " %",
                    largest.ToString("0.000000", CultureInfo.InvariantCulture),
                    (count / aloneSeconds).ToString("0", CultureInfo.InvariantCulture),
                    (count / togetherSeconds).ToString("0", CultureInfo.InvariantCulture));
            }
        }
    }

    private static async Task<float[][]> Together(SequenceScheduler scheduler, ClassificationPrompt prompt, int[][] texts, LlamaTokenizer tokenizer)
    {
        var order = Enumerable.Range(0, texts.Length).ToArray();
        new Random(1).Shuffle(order);
        var scores = new float[texts.Length][];
        var next = -1;
        using var done = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Writers).Select(async writer =>
        {
            try
            {
                for (var i = writer; ; i += Writers)
                {
                    await scheduler.Enqueue(new GenerateRequest([.. prompt.Prefix, .. texts[i % texts.Length]], 32, tokenizer) { Cancellation = done.Token });
                }
            }
            catch (OperationCanceledException)
            {
            }
        }).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var at && at < order.Length)
            {
                scores[order[at]] = await Score(scheduler, prompt, texts[order[at]]);
            }
        }));
        await done.CancelAsync();
        await Task.WhenAll(writers);
        return scores;
    }

    // Probabilities over the labels, as a decision has them before calibration.
    private static async Task<float[]> Score(SequenceScheduler scheduler, ClassificationPrompt prompt, int[] text)
    {
        var logProbs = (await scheduler.Enqueue(new ScoreRequest(prompt.Prefix, text, prompt.Labels))).LogProbs;
        LabelScores.ApplyTemperature(logProbs, 1);
        TensorPrimitives.Exp(logProbs, logProbs);
        return logProbs;
    }
}
