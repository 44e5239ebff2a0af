using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Generation;

/// <summary>transformers.js on onnxruntime-node in a process of its own (<c>peers/generate.mjs</c>), which times itself.</summary>
internal sealed class TransformersPeer : IDisposable
{
    private readonly Process _process;

    public TransformersPeer(string folder, string dtype, int threads)
    {
        var packages = Path.Combine(RepositoryFiles.Root, "tests", "peers", "node_modules");
        if (!Directory.Exists(Path.Combine(packages, "@huggingface", "transformers")))
        {
            throw new BenchmarkException("transformers.js is not installed: run 'npm ci --ignore-scripts' in tests/peers.");
        }

        _process = Process.Start(new ProcessStartInfo("node", [RepositoryFiles.Peer("generate.mjs"), packages, folder, dtype, threads.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        }) ?? throw new BenchmarkException("node cannot be started.");
    }

    /// <summary>Seconds for continuing a prompt by so many tokens, and how many came.</summary>
    public (double Seconds, int Tokens) Generate(int[] prompt, int tokens)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(new { prompt, tokens }));
        _process.StandardInput.Flush();
        var line = _process.StandardOutput.ReadLine() ?? throw new BenchmarkException("transformers.js ended; its message is above.");
        var answer = JsonDocument.Parse(line).RootElement;
        return (answer.GetProperty("seconds").GetDouble(), answer.GetProperty("tokens").GetInt32());
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
