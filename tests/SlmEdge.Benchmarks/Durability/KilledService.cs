using System.Diagnostics;
using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Durability;

/// <summary>A service in a process of its own, over folders that outlive it.</summary>
internal sealed class KilledService : IDisposable
{
    private readonly string program;
    private readonly string bundle;
    private readonly int threads;
    private readonly string folder;
    private Process? process;
    private string lastError = "";

    public KilledService(string program, string bundle, int threads, string? folder)
    {
        this.program = program;
        this.bundle = bundle;
        this.threads = threads;
        this.folder = Directory.CreateDirectory(Path.Combine(folder ?? Path.GetTempPath(), $"slm-edge-kill-{Environment.ProcessId}")).FullName;
        Directory.CreateDirectory(Inbox);
    }

    public string Data => Path.Combine(folder, "data");

    public string Database => Path.Combine(Data, "worker.db");

    public string Inbox => Path.Combine(folder, "inbox");

    public void Start()
    {
        var dll = program.EndsWith(".dll", StringComparison.Ordinal);
        var start = new ProcessStartInfo(dll ? "dotnet" : program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[
            .. dll ? [program] : Array.Empty<string>(), "serve", "--bundle", bundle, "--cache", Path.Combine(folder, "cache"), "--threads", threads.ToString(CultureInfo.InvariantCulture),
            "--urls", "http://127.0.0.1:0", "--data", Data, "--inbox", Inbox, "--inbox-settle", "0.1"])
        {
            start.ArgumentList.Add(argument);
        }

        process = Process.Start(start) ?? throw new BenchmarkException($"'{program}' does not start.");
        process.ErrorDataReceived += (_, line) => lastError = line.Data ?? lastError;
        process.BeginErrorReadLine();
    }

    /// <summary>The address of the service, once it listens.</summary>
    public async Task<Uri> ListensAsync() => await process!.StandardOutput.ReadLineAsync() is { } line
        ? new Uri(line.Split(' ')[^1])
        : throw new BenchmarkException($"The service ended by itself: {lastError}");

    /// <summary>SIGKILL: the process does nothing more.</summary>
    public async Task KillAsync()
    {
        if (process!.HasExited)
        {
            throw new BenchmarkException($"The service ended by itself with {process.ExitCode}: {lastError}");
        }

        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    public void Dispose()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            process.WaitForExit();
        }

        process?.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
