using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace SlmEdge.Tools.CommandLine;

/// <summary>
/// Runs a program's command line: parses, runs one command, and turns every failure into one line on standard error and an exit code.
/// No exception reaches the user as a stack trace.
/// </summary>
/// <param name="name">The program's name.</param>
/// <param name="root">Its commands.</param>
/// <param name="expected">
/// The exception types that carry a message for the user. Those of files and of missing native libraries always do;
/// whatever else arrives is a defect of the program and is reported as one.
/// </param>
internal sealed class CommandLineProgram(string name, Command root, params IReadOnlyList<Type> expected)
{
    // A native quantiser or evaluation ends before cancellation is looked at; fifteen seconds are enough for those.
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(15);

    /// <summary>Runs the command that the arguments name.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public async Task<int> RunAsync(string[] args)
    {
        var parsed = root.Parse(args);
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var error in parsed.Errors)
            {
                await TellAsync(error.Message).ConfigureAwait(false);
            }

            await Console.Error.WriteLineAsync($"Try '{CommandPath(parsed.CommandResult)} --help'.").ConfigureAwait(false);
            return ExitCodes.WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TerminationTimeout,
            }).ConfigureAwait(false);
        }
        catch (UsageException error)
        {
            await TellAsync(error.Message).ConfigureAwait(false);
            return ExitCodes.WrongUsage;
        }
        catch (OperationCanceledException error)
        {
            await Console.Error.WriteLineAsync("Stopped. " + (error is StoppedException stopped ? TerminalText.OneLine(stopped.Message) : "Nothing was written.")).ConfigureAwait(false);
            return ExitCodes.Failed;
        }
        catch (Exception error)
        {
            // A library that is missing shows first where a class that binds it is made.
            var cause = error is TypeInitializationException { InnerException: { } inner } ? inner : error;
            await TellAsync(IsExpected(cause) ? cause.Message : $"internal error: {cause.GetType().Name}: {cause.Message}").ConfigureAwait(false);
            return ExitCodes.Failed;
        }
    }

    private static Task TellAsync(string message) => Console.Error.WriteLineAsync("error: " + TerminalText.OneLine(message));

    private bool IsExpected(Exception error) =>
        error is IOException or UnauthorizedAccessException or DllNotFoundException || expected.Any(type => type.IsInstanceOfType(error));

    private string CommandPath(CommandResult command) => command.Parent is CommandResult parent
        ? $"{CommandPath(parent)} {command.Command.Name}"
        : name;
}
