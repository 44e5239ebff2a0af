using System.CommandLine;
using SlmEdge.Bundles;
using SlmEdge.Engines;
using SlmEdge.Engines.Native;
using SlmEdge.Export;
using SlmEdge.Formats;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks;
using SlmEdge.Training;

namespace SlmEdge.ExportTool;

/// <summary>Turns outcomes into exit codes: 0 done, 1 the work failed, 2 wrong usage. No exception reaches the user as a stack trace.</summary>
internal static class CommandRunner
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync("error: " + error.Message).ConfigureAwait(false);
            }

            string command = parsed.CommandResult.Command is RootCommand ? "slm-export" : "slm-export " + parsed.CommandResult.Command.Name;
            await Console.Error.WriteLineAsync($"Try '{command} --help'.").ConfigureAwait(false);
            return 2;
        }

        try
        {
            // A native quantiser or evaluation ends before the token is looked at; ten seconds are enough for those.
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeSpan.FromSeconds(10),
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped. Nothing was written.").ConfigureAwait(false);
            return 1;
        }
        catch (Exception e) when (e is ExportException or BundleException or TrainingException or TaskDefinitionException or ModelFormatException
            or DataFormatException or EngineException or NativeLibraryMissingException or DllNotFoundException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync("error: " + e.Message).ConfigureAwait(false);
            return 1;
        }
    }
}
