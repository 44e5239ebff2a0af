using System.Diagnostics;
using System.Text;

namespace SlmEdge.Worker.Tests.CommandLine;

/// <summary>slm-edge as a process, as a user starts it.</summary>
internal sealed class EdgeProcess : IDisposable
{
    private readonly Task<string> errors;

    private EdgeProcess(Process process, string state)
    {
        Process = process;
        StateHome = state;
        errors = process.StandardError.ReadToEndAsync();
    }

    public Process Process { get; }

    /// <summary>The folder that stands for the user's state; deleted with the process.</summary>
    public string StateHome { get; }

    public static EdgeProcess Start(params string[] arguments) => Start(null, arguments);

    private static EdgeProcess Start(string? store, string[] arguments)
    {
        // A shell that puts its jobs in the background lets them ignore Ctrl-C, and children inherit that; env undoes it and becomes dotnet.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "slm-edge.dll"));
        if (store is not null)
        {
            start.Environment["SLMEDGE_STORE"] = store;
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var state = Directory.CreateTempSubdirectory("slm-edge-state-").FullName;
        start.Environment["XDG_STATE_HOME"] = state;
        return new EdgeProcess(Process.Start(start)!, state);
    }

    /// <summary>Runs to the end.</summary>
    public static Task<(int Code, string Output, string Errors)> RunAsync(byte[]? input, params string[] arguments) => RunAsync(null, input, arguments);

    /// <summary>Runs to the end, with a store of bundles of its own.</summary>
    public static Task<(int Code, string Output, string Errors)> RunWithStoreAsync(string store, params string[] arguments) => RunAsync(store, null, arguments);

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string? store, byte[]? input, string[] arguments)
    {
        using var edge = Start(store, arguments);
        var output = edge.Process.StandardOutput.ReadToEndAsync();
        try
        {
            await edge.Process.StandardInput.BaseStream.WriteAsync(input ?? []);
            edge.Process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input to the end, which is right when a row is bad.
        }

        await edge.Process.WaitForExitAsync();
        return (edge.Process.ExitCode, await output, await edge.errors);
    }

    /// <summary>Sends Ctrl-C and waits for the end.</summary>
    public async Task<(int Code, string Errors)> InterruptAsync()
    {
        using (var kill = Process.Start("kill", ["-INT", Process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await Process.WaitForExitAsync();
        return (Process.ExitCode, await errors);
    }

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            Process.WaitForExit();
        }

        Process.Dispose();
        Directory.Delete(StateHome, recursive: true);
    }
}
