using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Classification;

/// <summary>
/// node-llama-cpp in a process of its own (<c>peers/classify.mjs</c>). It has the model and the prompts loaded, and for each line that it
/// is sent decides all texts once, timing itself: talking to it costs nothing.
/// </summary>
internal sealed class NodeClassifier : IDisposable
{
    private readonly Process _process;

    private NodeClassifier(Process process) => _process = process;

    public static NodeClassifier Start(string gguf, int[] prefix, int[][] texts, int[] codes, int threads)
    {
        var packages = Path.Combine(RepositoryFiles.Root, "tests", "peers", "node_modules");
        if (!Directory.Exists(Path.Combine(packages, "node-llama-cpp")))
        {
            throw new BenchmarkException("node-llama-cpp is not installed: run 'npm ci --ignore-scripts' in tests/peers.");
        }

        var start = new ProcessStartInfo("node", [RepositoryFiles.Peer("classify.mjs"), packages, gguf, threads.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start) ?? throw new BenchmarkException("node cannot be started.");
        var peer = new NodeClassifier(process);
        process.StandardInput.WriteLine(JsonSerializer.Serialize(new { prefix, texts, codes }));
        process.StandardInput.Flush();
        peer.ReadLine();
        return peer;
    }

    /// <summary>Decides all texts.</summary>
    /// <param name="sequences">Texts in flight at once.</param>
    /// <param name="keepPrefix">Whether a sequence keeps the prefix from one text to the next.</param>
    public (double Seconds, int[] Decisions) Classify(int sequences, bool keepPrefix)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(new { sequences, keepPrefix }));
        _process.StandardInput.Flush();
        var answer = JsonSerializer.Deserialize<Answer>(ReadLine(), JsonSerializerOptions.Web)!;
        return (answer.Seconds, answer.Decisions);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private string ReadLine() => _process.StandardOutput.ReadLine() ?? throw new BenchmarkException("node-llama-cpp ended; its message is above.");

    private sealed record Answer(double Seconds, int[] Decisions);
}
