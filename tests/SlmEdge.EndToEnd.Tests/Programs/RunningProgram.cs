using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace SlmEdge.EndToEnd.Tests.Programs;

/// <summary>A program that runs beside the test: its output is collected, and it is ended with the test at the latest.</summary>
internal sealed partial class RunningProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    private readonly Process process;
    private readonly string command;
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();
    private readonly TaskCompletionSource<string> firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal RunningProgram(string file, IReadOnlyList<string> arguments, string directory, string? input = null)
    {
        // A shell that puts its jobs in the background lets them ignore Ctrl-C, and children inherit that; env undoes it and becomes the program.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", file])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        command = $"{Path.GetFileName(file)} {string.Join(' ', arguments)}";
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Collect(output, line.Data);
        process.ErrorDataReceived += (_, line) => Collect(error, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (input is not null)
        {
            process.StandardInput.Write(input);
        }

        process.StandardInput.Close();
    }

    /// <summary>Waits for the first line that the program prints on standard output.</summary>
    internal string WaitForFirstLine()
    {
        Task.WaitAny([firstLine.Task, process.WaitForExitAsync()], Patience);
        return firstLine.Task.IsCompletedSuccessfully ? firstLine.Task.Result : throw new InvalidOperationException($"No output from {Describe(-1)}");
    }

    /// <summary>Waits until something that the program does can be seen from outside.</summary>
    internal void WaitUntil(Func<bool> seen, string what)
    {
        var given = Stopwatch.StartNew();
        while (!seen())
        {
            if (process.WaitForExit(20) && !seen())
            {
                throw new InvalidOperationException($"The program ended before {what}: {Describe(process.ExitCode)}");
            }

            given.Elapsed.ShouldBeLessThan(Patience, what);
        }
    }

    /// <summary>What Ctrl-C sends.</summary>
    internal void Interrupt() => Kill(process.Id, SignalInterrupt).ShouldBe(0);

    internal ProgramResult Wait()
    {
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            throw new TimeoutException($"No end after {Patience}: {Describe(-1)}");
        }

        process.WaitForExit(); // also until both streams are read to their ends
        return Describe(process.ExitCode);
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        process.Dispose();
    }

    private const int SignalInterrupt = 2;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);

    private ProgramResult Describe(int exitCode)
    {
        lock (output)
        {
            lock (error)
            {
                return new ProgramResult(command, exitCode, output.ToString(), error.ToString());
            }
        }
    }

    private void Collect(StringBuilder into, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (into)
        {
            into.Append(line).Append('\n');
        }

        if (ReferenceEquals(into, output))
        {
            firstLine.TrySetResult(line);
        }
    }
}
