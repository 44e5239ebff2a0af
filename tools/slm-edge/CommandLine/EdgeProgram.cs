using System.CommandLine;
using SlmEdge.Tools.Edge.Bench;
using SlmEdge.Tools.Edge.Bundles;
using SlmEdge.Tools.Edge.Classify;
using SlmEdge.Tools.Edge.Serve;

namespace SlmEdge.Tools.Edge.CommandLine;

/// <summary>The command line: parses, runs one command, and turns every failure into a message and an exit code.</summary>
internal static class EdgeProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Runs small language models from SlmEdge bundles on this device, without a network.")
        {
            ClassifyCommand.Create(),
            ServeCommand.Create(),
            BundleCommand.Create(),
            BenchCommand.Create(),
        };
        var parsed = root.Parse(args);
        var code = await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(15),
        }).ConfigureAwait(false);
        return parsed.Errors.Count > 0 ? ExitCodes.WrongUsage : code;
    }

    /// <summary>Gives a command its body, with the failures of all commands handled alike.</summary>
    public static void SetBody(Command command, Func<ParseResult, CancellationToken, Task<int>> body) =>
        command.SetAction(async (parsed, ct) =>
        {
            try
            {
                return await body(parsed, ct).ConfigureAwait(false);
            }
            catch (UsageException error)
            {
                await Console.Error.WriteLineAsync($"slm-edge {command.Name}: {error.Message}").ConfigureAwait(false);
                return ExitCodes.WrongUsage;
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync($"slm-edge {command.Name}: stopped").ConfigureAwait(false);
                return ExitCodes.Failed;
            }
            catch (Exception error)
            {
                await Console.Error.WriteLineAsync($"slm-edge {command.Name}: {FailureText.Describe(error)}").ConfigureAwait(false);
                return ExitCodes.Failed;
            }
        });
}
