// What an integrator writes, against the packages alone: classifies lines of texts with both engines, then asks the service. Prints one line of JSON for each decision.

using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SlmEdge.Engines.Diagnostics;
using SlmEdge.Extensions.AI;
using SlmEdge.Runtime;
using SlmEdge.Worker;

var (bundle, input) = (args[0], args[1]);
var texts = File.ReadLines(input).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!).ToArray();
foreach (var report in Doctor.Inspect().Where(report => report.Required))
{
    Print(new { library = report.LibraryPath, problem = report.Problem });
}

foreach (var (name, engine) in new[] { ("llama", EngineChoice.Llama), ("onnx", EngineChoice.Onnx) })
{
    using var runtime = SlmRuntime.Open(bundle, new RuntimeOptions { Engine = engine, Threads = 1 });
    foreach (var text in texts)
    {
        var decision = await runtime.Classifier.ClassifyAsync(text);
        Print(new { from = name, label = decision.Label, confidence = decision.Confidence });
    }
}

var folder = Directory.CreateTempSubdirectory("slm-edge-check-");
try
{
    var socket = Path.Combine(folder.FullName, "api.sock");
    using var runtime = SlmRuntime.Open(bundle, new RuntimeOptions { Engine = EngineChoice.Llama, Threads = 1 });
    await using var service = await WorkerService.StartAsync(runtime, new WorkerOptions { Urls = [$"unix:{socket}"] });
    using var client = new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (_, ct) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), ct);
            return new NetworkStream(connection, ownsSocket: true);
        },
    });
    foreach (var text in texts)
    {
        using var answer = await client.PostAsJsonAsync("http://edge/v1/classify", new { text });
        answer.EnsureSuccessStatusCode();
        var decision = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Print(new { from = "service", label = decision.GetProperty("label").GetString(), confidence = decision.GetProperty("confidence").GetDouble() });
    }
}
finally
{
    folder.Delete(recursive: true);
}

var services = new ServiceCollection().AddSlmEdge(options => options.BundlePath = bundle);
Print(new { services = services.Count });

static void Print(object line) => Console.WriteLine(JsonSerializer.Serialize(line));
