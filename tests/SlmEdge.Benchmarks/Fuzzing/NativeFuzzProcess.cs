using System.Diagnostics;
using System.Globalization;

namespace SlmEdge.Benchmarks.Fuzzing;

/// <summary>A <see cref="NativeFuzzWorker"/>, started again when it ended.</summary>
internal sealed class NativeFuzzProcess : IDisposable
{
    private readonly List<string> errors = [];
    private Process? process;

    // On a machine that is busy with other work the clock says nothing of the file.
    private const int ClockPerProcessorTime = 24;

    /// <summary>Has a file used.</summary>
    /// <param name="target">Its kind.</param>
    /// <param name="path">The file.</param>
    /// <param name="milliseconds">Processor's time after which it hangs; or 24 times as long by the clock.</param>
    public (FuzzOutcome Outcome, long Memory, string Message) Use(string target, string path, int milliseconds)
    {
        process ??= Start();
        process.StandardInput.WriteLine($"{target}\t{path}");
        process.StandardInput.Flush();
        var clock = Stopwatch.StartNew();
        var before = process.TotalProcessorTime;
        while (true)
        {
            var line = process.StandardOutput.ReadLineAsync();
            while (!line.Wait(500))
            {
                process.Refresh();
                if (process.HasExited)
                {
                    continue; // The end of its output comes next.
                }

                if ((process.TotalProcessorTime - before).TotalMilliseconds > milliseconds || clock.ElapsedMilliseconds > ClockPerProcessorTime * (long)milliseconds)
                {
                    Stop();
                    return (FuzzOutcome.Hung, 0, $"no answer in {milliseconds} ms");
                }
            }

            if (line.Result is null)
            {
                process.WaitForExit();
                var message = $"exit code {process.ExitCode}: {Errors()}";
                Stop();
                return (FuzzOutcome.Crashed, 0, message);
            }

            if (line.Result.Split('\t', 4) is ["answer", var kind, var memory, var text])
            {
                return (Enum.Parse<FuzzOutcome>(kind), long.Parse(memory, CultureInfo.InvariantCulture), text);
            }
        }
    }

    public void Dispose() => Stop();

    private Process Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(NativeFuzzProcess).Assembly.Location);

        start.ArgumentList.Add(NativeFuzzWorker.Command);
        var started = Process.Start(start) ?? throw new InvalidOperationException("The worker did not start.");
        started.ErrorDataReceived += (_, line) =>
        {
            lock (errors)
            {
                errors.Add(line.Data ?? "");
            }
        };
        started.BeginErrorReadLine();
        return started;
    }

    private string Errors()
    {
        lock (errors)
        {
            return string.Join(" | ", errors.Where(line => line.Length > 0).TakeLast(4));
        }
    }

    private void Stop()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            process.WaitForExit();
        }

        process?.Dispose();
        process = null;
        lock (errors)
        {
            errors.Clear();
        }
    }
}
