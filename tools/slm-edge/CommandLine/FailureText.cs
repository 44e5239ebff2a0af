using System.Text;
using SlmEdge.Bundles;
using SlmEdge.Engines;
using SlmEdge.Engines.Native;
using SlmEdge.Formats;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Runtime;
using SlmEdge.Tasks;
using SlmEdge.Worker;

namespace SlmEdge.Tools.Edge.CommandLine;

/// <summary>What the user reads when something failed: the message of an expected failure, and never a stack trace.</summary>
internal static class FailureText
{
    public static string Describe(Exception error) => error switch
    {
        BundleException or RuntimeException or EngineException or NativeLibraryMissingException or ModelFormatException
            or DataFormatException or TaskDefinitionException or WorkerException or IOException or UnauthorizedAccessException => OneLine(error.Message),
        _ => OneLine($"internal error: {error.GetType().Name}: {error.Message}"),
    };

    // A message can quote foreign text; control characters in it must not reach the terminal.
    public static string OneLine(string message)
    {
        var text = new StringBuilder(message.Length);
        foreach (var c in message)
        {
            text.Append(char.IsControl(c) ? ' ' : c);
        }

        return text.ToString();
    }
}
