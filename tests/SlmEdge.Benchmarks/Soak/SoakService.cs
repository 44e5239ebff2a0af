using System.Diagnostics;
using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Soak;

/// <summary><c>slm-edge serve</c> with its engine in a process of its own, as it is installed.</summary>
internal sealed class SoakService : IDisposable
{
    private readonly Process process;
    private readonly string folder;
    private readonly Queue<string> log = new();

    private SoakService(Process process, string folder)
    {
        this.process = process;
        this.folder = folder;
    }

    public Uri Address { get; private set; } = null!;

    public int ServiceId => process.Id;

    public int EngineId { get; private set; }

    /// <summary>The newest lines of its log.</summary>
    public string Log
    {
        get
        {
            lock (log)
            {
                return string.Join(Environment.NewLine, log);
            }
        }
    }

    public static async Task<SoakService> StartAsync(string program, string bundle, int threads, string? folder)
    {
        var data = Directory.CreateDirectory(Path.Combine(folder ?? Path.GetTempPath(), $"slm-edge-soak-{Guid.NewGuid():N}")).FullName;
        var dll = program.EndsWith(".dll", StringComparison.Ordinal);
        string[] arguments =
        [
            .. dll ? [program] : Array.Empty<string>(), "serve", "--bundle", bundle, "--cache", Path.Combine(data, "cache"), "--threads", threads.ToString(CultureInfo.InvariantCulture),
            "--urls", "http://127.0.0.1:0", "--data", Path.Combine(data, "data"),
        ];
        var process = Process.Start(new ProcessStartInfo(dll ? "dotnet" : program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new BenchmarkException($"'{program}' does not start.");
        var service = new SoakService(process, data);
        process.ErrorDataReceived += (_, line) => service.Keep(line.Data);
        process.BeginErrorReadLine();
        var first = await process.StandardOutput.ReadLineAsync() ?? throw new BenchmarkException($"The service ended by itself: {service.Log}");
        service.Address = new Uri(first.Split(' ')[^1]);
        service.EngineId = service.FindEngine() ?? throw new BenchmarkException("The service has no engine process.");
        return service;
    }

    /// <summary>The process that has the engine at present.</summary>
    public int? FindEngine() => Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/task"))
        .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(id => (int?)int.Parse(id, CultureInfo.InvariantCulture)).FirstOrDefault();

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private void Keep(string? line)
    {
        lock (log)
        {
            log.Enqueue(line ?? "");
            if (log.Count > 20)
            {
                log.Dequeue();
            }
        }
    }
}
