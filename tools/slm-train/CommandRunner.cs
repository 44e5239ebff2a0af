using System.CommandLine;
using SlmEdge.Engines;
using SlmEdge.Engines.Native;
using SlmEdge.Formats;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks;
using SlmEdge.Training;

namespace SlmEdge.Train;

/// <summary>Turns outcomes into exit codes: 0 done, 1 the work failed, 2 wrong usage. No exception reaches the user as a stack trace.</summary>
internal static class CommandRunner
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync("error: " + error.Message).ConfigureAwait(false);
            }

            await Console.Error.WriteLineAsync($"Try '{parsed.CommandResult.Command.Name} --help'.").ConfigureAwait(false);
            return 2;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            await Console.Error.WriteLineAsync("Stopped. " + (e is KeptWorkException kept ? kept.Message : "Nothing was written.")).ConfigureAwait(false);
            return 1;
        }
        catch (Exception e) when (e is TrainingException or TaskDefinitionException or ModelFormatException or DataFormatException or EngineException
            or NativeLibraryMissingException or DllNotFoundException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync("error: " + e.Message).ConfigureAwait(false);
            return 1;
        }
    }
}
