using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Serving;

/// <summary>llama.cpp's own server in a process of its own, on a free port of the loopback address.</summary>
internal sealed class LlamaServer : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client;

    private LlamaServer(Process process, HttpClient client)
    {
        _process = process;
        _client = client;
    }

    public int ProcessId => _process.Id;

    /// <summary>Starts the server and waits until the model is loaded.</summary>
    /// <param name="program">The <c>llama-server</c> program.</param>
    /// <param name="gguf">The model.</param>
    /// <param name="slots">Requests that it works on at once, each with a context of its own.</param>
    /// <param name="contextLength">Tokens of one slot.</param>
    /// <param name="threads">Threads of an evaluation.</param>
    public static LlamaServer Start(string program, string gguf, int slots, int contextLength, int threads)
    {
        var port = FreePort();
        var process = Process.Start(new ProcessStartInfo(program,
        [
            "--model", gguf, "--host", "127.0.0.1", "--port", Text(port), "--parallel", Text(slots), "--ctx-size", Text(slots * contextLength),
            "--threads", Text(threads), "--threads-batch", Text(threads),
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new BenchmarkException($"'{program}' cannot be started.");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new LlamaServer(process, new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(10) });
        server.WaitUntilReady();
        return server;
    }

    /// <summary>Continues a prompt greedily under a grammar, keeping the cache of the slot's last prompt as far as it agrees.</summary>
    /// <param name="prompt">Token ids.</param>
    /// <param name="grammar">GBNF, or null for none.</param>
    /// <param name="maxTokens">Most tokens to write.</param>
    public async Task<string> CompleteAsync(int[] prompt, string? grammar, int maxTokens)
    {
        using var response = await _client.PostAsJsonAsync(
            "/completion",
            new { prompt, grammar = grammar ?? "", n_predict = maxTokens, temperature = 0, cache_prompt = true });
        var body = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonDocument.Parse(body).RootElement.GetProperty("content").GetString()!
            : throw new BenchmarkException($"llama-server answered {(int)response.StatusCode}: {body}");
    }

    public void Dispose()
    {
        _client.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void WaitUntilReady()
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(3);)
        {
            if (_process.HasExited)
            {
                throw new BenchmarkException($"llama-server ended with {_process.ExitCode} before it was ready.");
            }

            try
            {
                using var response = _client.GetAsync("/health").GetAwaiter().GetResult();
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            Thread.Sleep(100);
        }

        throw new BenchmarkException("llama-server was not ready within three minutes.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
