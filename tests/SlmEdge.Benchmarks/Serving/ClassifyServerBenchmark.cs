using System.Diagnostics;
using System.Globalization;
using SlmEdge.Benchmarks.Classification;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Runtime;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Benchmarks.Serving;

/// <summary>
/// Our runtime against llama.cpp's server on one GGUF, one set of prompts and as many threads: one text after the other, and with several
/// clients at once. The server keeps the prompt of each slot and writes the label under a grammar of all labels, which is how it is used
/// for classification; ours scores every label. With <c>--server-gguf</c> and <c>--server-task</c> the server has another file and prompt with the same labels: what our model was fitted from.
/// </summary>
internal static class ClassifyServerBenchmark
{
    private const string List = "SlmEdge, a list of all texts";

    public static void Run(BenchmarkArguments arguments)
    {
        var input = ClassificationInput.Load(arguments);
        var gguf = input.Gguf ?? throw new BenchmarkException("classify-server compares on a GGUF file; there is none.");
        var clients = arguments.Integer("clients", 4);
        string[] texts = [.. input.Rows.Select(row => row.Text)];
        using var tokenizer = LlamaTokenizer.Open(gguf);
        var (prompt, encoded) = input.Render(tokenizer);
        var theirs = arguments.Text("server-gguf") ?? gguf;
        using var theirTokenizer = LlamaTokenizer.Open(theirs);
        var asked = arguments.Text("server-task") is { } file ? input with { Task = TaskDefinition.Load(file), Codes = null } : input;
        var (theirPrompt, theirTexts) = asked.Render(theirTokenizer);
        if (!asked.Task.Labels.Select(label => label.Name).SequenceEqual(input.Task.Labels.Select(label => label.Name)))
        {
            throw new BenchmarkException("--server-task has other labels than the task.");
        }

        int[][] prompts = [.. theirTexts.Select(text => (int[])[.. theirPrompt.Prefix, .. text])];
        var context = Context(prompt, encoded);
        using var bundle = new TemporaryBundle(gguf, input.Task, prompt.Codes.Count > 0 ? prompt.Codes : null);
        var options = new RuntimeOptions { CacheDirectory = bundle.Cache, Threads = arguments.Threads, ContextLength = context, LabelTolerance = arguments.Number("label-tolerance", new RuntimeOptions().LabelTolerance) };
        using var runtime = SlmRuntime.Open(bundle.Path, options);
        using var fast = SlmRuntime.Open(bundle.Path, options with { Deterministic = false });
        using var server = LlamaServer.Start(arguments.Required("server"), theirs, clients, Context(theirPrompt, theirTexts), arguments.Threads);
        var grammar = LabelGrammar.Create(theirPrompt);
        var answers = new Dictionary<string, int[]>(StringComparer.Ordinal);
        var latencies = new Dictionary<string, double[]>(StringComparer.Ordinal);
        var contenders = new List<Contender>
        {
            Ours("SlmEdge, one text at a time", runtime, 1),
            Ours($"SlmEdge, {clients} clients", runtime, clients),
            Together(List, runtime),
            Ours("SlmEdge fast, one text at a time", fast, 1),
            Ours($"SlmEdge fast, {clients} clients", fast, clients),
            Together("SlmEdge fast, a list of all texts", fast),
            Theirs("llama-server, one text at a time", 1),
            Theirs($"llama-server, {clients} clients", clients),
        };
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"classify-server: {Machine.Describe()}, {arguments.Threads} thread(s), {Path.GetFileName(gguf)}, {texts.Length} texts, {input.Task.Labels.Count} labels by {input.Task.Prompt.Verbalizer.ToString().ToLowerInvariant()}, prefix {prompt.Prefix.Length} tokens, texts {encoded.Average(t => t.Length):0.0} tokens, {arguments.Repetitions} rounds"));
        if (theirs != gguf)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"llama-server has {Path.GetFileName(theirs)}, prefix {theirPrompt.Prefix.Length} tokens, texts {theirTexts.Average(t => t.Length):0.0} tokens"));
        }

        int[] truth = [.. input.Rows.Select(row => input.Task.IndexOf(row.Label))];
        var runs = PairedRuns.Measure(contenders, warmups: 1, arguments.Repetitions);
        var alone = contenders.FindIndex(contender => contender.Name == "llama-server, one text at a time");
        var table = new MarkdownTable("way", "texts/s", "against llama-server alone", "latency p50, ms", "p99, ms", "labels other than our list's", "accuracy, %");
        for (var i = 0; i < contenders.Count; i++)
        {
            var name = contenders[i].Name;
            var waits = latencies.GetValueOrDefault(name);
            table.Add(
                name,
                (texts.Length / runs.Seconds(i)).ToString("0.0", CultureInfo.InvariantCulture),
                i == alone ? "1" : runs.Ratio(i, alone).ToString(),
                waits is null ? "–" : Percentile(waits, 0.5),
                waits is null ? "–" : Percentile(waits, 0.99),
                ClassificationRun.Differences(answers[List], answers[name]).ToString(CultureInfo.InvariantCulture),
                (100.0 * answers[name].Where((label, row) => label == truth[row]).Count() / truth.Length).ToString("0.0", CultureInfo.InvariantCulture));
        }

        table.Print();

        Contender Ours(string name, SlmRuntime opened, int parallel) => new(name, () => Clients(name, parallel, async text =>
            input.Task.IndexOf((await opened.Classifier.ClassifyAsync(texts[text])).Scores[0].Label)));

        Contender Together(string name, SlmRuntime opened) => new(name, () => Time(name, async () =>
            (await opened.Classifier.ClassifyAsync(texts)).Select(decision => input.Task.IndexOf(decision.Scores[0].Label)).ToArray()));

        Contender Theirs(string name, int parallel) => new(name, () => Clients(name, parallel, async text =>
            LabelGrammar.Find(theirPrompt, await server.CompleteAsync(prompts[text], grammar, theirPrompt.Labels.MaxDepth + 1))));

        double Clients(string name, int parallel, Func<int, Task<int>> decide) => Time(name, async () =>
        {
            var decided = new int[texts.Length];
            var waited = new double[texts.Length];
            var next = -1;
            await Task.WhenAll(Enumerable.Range(0, parallel).Select(_ => Task.Run(async () =>
            {
                for (var text = Interlocked.Increment(ref next); text < texts.Length; text = Interlocked.Increment(ref next))
                {
                    var start = Stopwatch.GetTimestamp();
                    decided[text] = await decide(text);
                    waited[text] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                }
            })));
            latencies[name] = waited;
            return decided;
        });

        double Time(string name, Func<Task<int[]>> decide)
        {
            var start = Stopwatch.GetTimestamp();
            answers[name] = decide().GetAwaiter().GetResult();
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private static int Context(ClassificationPrompt prompt, int[][] texts) => prompt.Prefix.Length + texts.Max(text => text.Length) + prompt.Labels.MaxDepth + 8;

    private static string Percentile(double[] values, double share) =>
        values.Order().ElementAt((int)Math.Min(values.Length - 1, share * values.Length)).ToString("0.0", CultureInfo.InvariantCulture);
}
