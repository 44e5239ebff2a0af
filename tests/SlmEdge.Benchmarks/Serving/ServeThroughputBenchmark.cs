using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SlmEdge.Benchmarks.Classification;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Runtime;
using SlmEdge.Worker;

namespace SlmEdge.Benchmarks.Serving;

/// <summary>
/// Texts over HTTP, one a request from many clients, against the library's own batch of all texts on the same runtime, and llama.cpp's server on the same file. Service and
/// clients share the process and its cores with the engine, as they do on a small device.
/// </summary>
internal static class ServeThroughputBenchmark
{
    private const string Library = "SlmEdge, the library's own batch";

    public static void Run(BenchmarkArguments arguments) => RunAsync(arguments).GetAwaiter().GetResult();

    private static async Task RunAsync(BenchmarkArguments arguments)
    {
        var input = ClassificationInput.Load(arguments);
        var gguf = input.Gguf ?? throw new BenchmarkException("serve-throughput compares on a GGUF file; there is none.");
        var clients = arguments.Integer("clients", 64);
        string[] texts = [.. input.Rows.Select(row => row.Text)];
        using var tokenizer = LlamaTokenizer.Open(gguf);
        var (prompt, encoded) = input.Render(tokenizer);
        int[][] prompts = [.. encoded.Select(text => (int[])[.. prompt.Prefix, .. text])];
        var context = prompts.Max(tokens => tokens.Length) + prompt.Labels.MaxDepth + 8;
        using var bundle = new TemporaryBundle(gguf, input.Task, prompt.Codes.Count > 0 ? prompt.Codes : null);
        using var runtime = SlmRuntime.Open(bundle.Path, new RuntimeOptions { CacheDirectory = bundle.Cache, Threads = arguments.Threads, ContextLength = context });
        await using var service = await WorkerService.StartAsync(runtime, new WorkerOptions { Urls = ["http://127.0.0.1:0"] });
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = clients }) { BaseAddress = new Uri(service.Addresses[0]) };
        using var server = LlamaServer.Start(arguments.Required("server"), gguf, clients, context, arguments.Threads);
        var grammar = LabelGrammar.Create(prompt);
        var answers = new Dictionary<string, int[]>(StringComparer.Ordinal);
        var contenders = new List<Contender>
        {
            Contender.Timed(Library, () => answers[Library] = [.. runtime.Classifier.ClassifyAsync(texts).GetAwaiter().GetResult().Select(decision => input.Task.IndexOf(decision.Scores[0].Label))]),
            Clients($"SlmEdge over HTTP, {clients} clients", text => AskAsync("/v1/classify", new { text = texts[text], top = 1 }, answer => answer.GetProperty("scores").EnumerateObject().First().Name)),
            Clients($"SlmEdge over HTTP as OpenAI's chat, {clients} clients", text => AskAsync(
                "/v1/chat/completions", new { messages = new[] { new { role = "user", content = texts[text] } } }, answer => answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!)),
            Clients($"llama-server, {clients} clients", async text => LabelGrammar.Find(prompt, await server.CompleteAsync(prompts[text], grammar, prompt.Labels.MaxDepth + 1))),
        };
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"serve-throughput: {Machine.Describe()}, {arguments.Threads} thread(s), {Path.GetFileName(gguf)}, {texts.Length} texts, {input.Task.Labels.Count} labels, prefix {prompt.Prefix.Length} tokens, texts {encoded.Average(tokens => tokens.Length):0.0} tokens, {arguments.Repetitions} rounds"));
        var runs = PairedRuns.Measure(contenders, warmups: 1, arguments.Repetitions);
        var table = new MarkdownTable("way", "texts/s", "of the library's", "labels other than the library's");
        for (var i = 0; i < contenders.Count; i++)
        {
            table.Add(
                contenders[i].Name,
                (texts.Length / runs.Seconds(i)).ToString("0.0", CultureInfo.InvariantCulture),
                i == 0 ? "1" : runs.Ratio(i, 0).ToString(),
                ClassificationRun.Differences(answers[Library], answers[contenders[i].Name]).ToString(CultureInfo.InvariantCulture));
        }

        table.Print();

        Contender Clients(string name, Func<int, Task<int>> decide) => Contender.Timed(name, () =>
        {
            var decided = new int[texts.Length];
            var next = -1;
            Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
            {
                for (var text = Interlocked.Increment(ref next); text < texts.Length; text = Interlocked.Increment(ref next))
                {
                    decided[text] = await decide(text);
                }
            }))).GetAwaiter().GetResult();
            answers[name] = decided;
        });

        async Task<int> AskAsync(string path, object body, Func<JsonElement, string> read)
        {
            using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var response = await http.PostAsync(path, content);
            var bytes = await response.Content.ReadAsByteArrayAsync();
            if (!response.IsSuccessStatusCode)
            {
                throw new BenchmarkException($"The service answered {(int)response.StatusCode}: {Encoding.UTF8.GetString(bytes)}");
            }

            using var document = JsonDocument.Parse(bytes);
            return input.Task.IndexOf(read(document.RootElement));
        }
    }
}
