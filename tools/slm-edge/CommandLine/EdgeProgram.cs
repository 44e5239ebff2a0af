using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using SlmEdge.Tools.Edge.Bench;
using SlmEdge.Tools.Edge.Bundles;
using SlmEdge.Tools.Edge.Classify;
using SlmEdge.Tools.Edge.Doctor;
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
            DoctorCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"slm-edge: {FailureText.OneLine(error.Message)}").ConfigureAwait(false);
            }

            await Console.Error.WriteLineAsync($"Try '{CommandPath(parsed.CommandResult)} --help'.").ConfigureAwait(false);
            return ExitCodes.WrongUsage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeSpan.FromSeconds(15),
        }).ConfigureAwait(false);
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

    private static string CommandPath(CommandResult command) => command.Parent is CommandResult parent
        ? $"{CommandPath(parent)} {command.Command.Name}"
        : "slm-edge";
}
