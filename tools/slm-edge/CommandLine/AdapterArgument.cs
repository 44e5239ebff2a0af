using System.CommandLine;
using SlmEdge.Runtime;

namespace SlmEdge.Tools.Edge.CommandLine;

/// <summary>The option that lets an adapter answer over the bundle's model.</summary>
internal sealed class AdapterArgument
{
    private readonly Option<string?> adapter = new("--adapter")
    {
        Description = "Let an adapter answer: a bundle with one, an adapter's .gguf file, or store:NAME for an installed one. The bundle has to hold its base (built with --as-trained).",
        HelpName = "x.slmb",
    };

    public AdapterArgument(Command command) => command.Options.Add(adapter);

    /// <summary>Opens the bundle, with the adapter if one is asked for; see <see cref="RuntimeArguments.Open"/>.</summary>
    public SlmRuntime Open(RuntimeArguments runtime, ParseResult parsed, bool oneText = false)
    {
        var opened = runtime.Open(parsed, oneText);
        try
        {
            if (parsed.GetValue(adapter) is { } path)
            {
                // Before the first text there is nothing else to do.
                opened.Adapters.LoadAsync(StoreArguments.Locate(path)).GetAwaiter().GetResult();
            }

            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>The name of the adapter that answers, or null.</summary>
    public static string? NameOf(SlmRuntime opened) => opened.Adapters.List() is [var loaded] ? loaded.Name : null;
}
