using System.CommandLine;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tools.Edge.Classify;

namespace SlmEdge.Tools.Edge.CommandLine;

/// <summary>The options of every command that reads texts and writes a line for each.</summary>
internal sealed class TextArguments
{
    private const string StandardStream = "-";

    private readonly Option<string[]> text = new("--text") { HelpName = "text", Description = "A text; may be given several times." };

    private readonly Option<string?> input = new("--input") { Description = "File with the texts, or - for the standard input: JSON Lines, each an object with \"text\" or a string." };

    private readonly Option<string> format = new("--format")
    {
        Description = "How the input is written: jsonl, text (one text per line), or auto (text for *.txt, else jsonl).",
        DefaultValueFactory = _ => "auto",
    };

    private readonly Option<string> output = new("--output") { Description = "File for the answers, or - for the standard output.", DefaultValueFactory = _ => StandardStream };

    private readonly Option<int> maxLine = new("--max-line-bytes") { Description = "Longest row of the input.", DefaultValueFactory = _ => new JsonLinesLimits().MaxLineBytes };

    public TextArguments(Command command)
    {
        format.AcceptOnlyFromAmong("auto", "jsonl", "text");
        maxLine.AtLeast(1);
        foreach (var option in new Option[] { text, input, format, output, maxLine })
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What errors call the input.</summary>
    public string Name(ParseResult parsed) => parsed.GetValue(input) switch { StandardStream => "standard input", null => "--text", var path => path };

    /// <summary>Whether the command line gives a single text and no file.</summary>
    public bool IsOne(ParseResult parsed) => parsed.GetValue(input) is null && parsed.GetValue(text) is { Length: 1 };

    /// <summary>Whether a person sees progress on standard error and nothing else is written there.</summary>
    public bool ShowsProgress(ParseResult parsed) => !Console.IsErrorRedirected && (parsed.GetValue(output) != StandardStream || Console.IsOutputRedirected);

    /// <summary>Opens the input, or null where the texts stand on the command line.</summary>
    /// <exception cref="UsageException">There is no input, or two.</exception>
    public Stream? OpenInput(ParseResult parsed)
    {
        var path = parsed.GetValue(input);
        if (parsed.GetValue(text) is { Length: > 0 } == path is not null)
        {
            throw new UsageException(path is null ? "give the texts with --input or --text" : "give either --input or --text, not both");
        }

        return path switch
        {
            null => null,
            StandardStream => Console.OpenStandardInput(),
            _ => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1),
        };
    }

    /// <summary>The rows of the input.</summary>
    public RowStream Rows(ParseResult parsed, Stream? stream) => new(stream is null
        ? parsed.GetValue(text)!.Select((value, index) => new TextRow(index + 1, value))
        : TextRows.Read(stream, Name(parsed), Enum.Parse<InputFormat>(parsed.GetValue(format)!, ignoreCase: true), parsed.GetValue(maxLine)));

    /// <summary>Opens the output.</summary>
    /// <exception cref="UsageException">It is the input.</exception>
    public Stream OpenOutput(ParseResult parsed)
    {
        var path = parsed.GetValue(output)!;
        if (path == StandardStream)
        {
            return Console.OpenStandardOutput();
        }

        if (parsed.GetValue(input) is { } read && read != StandardStream && Path.GetFullPath(path) == Path.GetFullPath(read))
        {
            throw new UsageException("--output is the file that --input reads");
        }

        return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 1);
    }
}
