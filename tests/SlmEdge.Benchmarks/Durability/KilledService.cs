using System.Diagnostics;
using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;

namespace SlmEdge.Benchmarks.Durability;

/// <summary>A service in a process of its own, and its engine in another, over folders and a broker that outlive both.</summary>
internal sealed class KilledService : IDisposable
{
    public const string Queue = "texts";
    public const string Results = "results";

    private readonly string program;
    private readonly string bundle;
    private readonly int threads;
    private readonly Uri broker;
    private readonly string folder;
    private Process? process;
    private string lastError = "";
    private bool ending;

    public KilledService(string program, string bundle, int threads, Uri broker, string? folder)
    {
        this.program = program;
        this.bundle = bundle;
        this.threads = threads;
        this.broker = broker;
        this.folder = Directory.CreateDirectory(Path.Combine(folder ?? Path.GetTempPath(), $"slm-edge-kill-{Environment.ProcessId}")).FullName;
        Directory.CreateDirectory(Inbox);
    }

    public string Data => Path.Combine(folder, "data");

    public string Database => Path.Combine(Data, "worker.db");

    public string Inbox => Path.Combine(folder, "inbox");

    /// <summary>Whether the service was killed, so that its connections may end.</summary>
    public bool IsEnding => Volatile.Read(ref ending);

    public void Start()
    {
        var dll = program.EndsWith(".dll", StringComparison.Ordinal);
        var start = new ProcessStartInfo(dll ? "dotnet" : program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[
            .. dll ? [program] : Array.Empty<string>(), "serve", "--bundle", bundle, "--cache", Path.Combine(folder, "cache"), "--threads", threads.ToString(CultureInfo.InvariantCulture),
            "--urls", "http://127.0.0.1:0", "--data", Data, "--inbox", Inbox, "--inbox-settle", "0.1", "--broker", broker.ToString(), "--broker-queue", Queue, "--broker-results", Results])
        {
            start.ArgumentList.Add(argument);
        }

        Volatile.Write(ref ending, false);
        process = Process.Start(start) ?? throw new BenchmarkException($"'{program}' does not start.");
        process.ErrorDataReceived += (_, line) => lastError = line.Data ?? lastError;
        process.BeginErrorReadLine();
    }

    /// <summary>The address of the service, once it listens.</summary>
    public async Task<Uri> ListensAsync() => await process!.StandardOutput.ReadLineAsync() is { } line
        ? new Uri(line.Split(' ')[^1])
        : throw new BenchmarkException($"The service ended by itself: {lastError}");

    /// <summary>SIGKILL to the engine's process, whatever it is doing; the service lives on.</summary>
    /// <returns>False where there was none at this moment.</returns>
    public bool KillEngine()
    {
        var own = process!.Id.ToString(CultureInfo.InvariantCulture);
        foreach (var task in Directory.GetDirectories($"/proc/{own}/task"))
        {
            if (File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var child, ..])
            {
                try
                {
                    using var engine = Process.GetProcessById(int.Parse(child, CultureInfo.InvariantCulture));
                    engine.Kill();
                    return true;
                }
                catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
                {
                    return false;
                }
            }
        }

        return false;
    }

    /// <summary>SIGKILL to the service: it does nothing more. The engine has to end with it.</summary>
    public async Task KillAsync()
    {
        Volatile.Write(ref ending, true);
        if (process!.HasExited)
        {
            throw new BenchmarkException($"The service ended by itself with {process.ExitCode}: {lastError}");
        }

        process.Kill();
        await process.WaitForExitAsync();

        // The engine's process has the service's standard output: it ends with the last that can write there.
        await process.StandardOutput.ReadToEndAsync();
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
