using System.CommandLine;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Runtime;
using SlmEdge.Tools.Edge.CommandLine;

namespace SlmEdge.Tools.Edge.Classify;

/// <summary><c>slm-edge classify</c>: one JSON line per text.</summary>
internal static class ClassifyCommand
{
    private const string StandardStream = "-";

    public static Command Create()
    {
        var command = new Command("classify", "Classifies texts: one JSON line per text, {\"text\":…,\"label\":…,\"confidence\":…,\"scores\":{…}}.");
        var runtime = new RuntimeArguments(command);
        var text = new Option<string[]>("--text") { HelpName = "text", Description = "A text to classify; may be given several times." };
        var input = new Option<string?>("--input") { Description = "File with the texts, or - for the standard input: JSON Lines, each an object with \"text\" or a string." };
        var format = new Option<string>("--format")
        {
            Description = "How the input is written: jsonl, text (one text per line), or auto (text for *.txt, else jsonl).",
            DefaultValueFactory = _ => "auto",
        };
        var output = new Option<string>("--output") { Description = "File for the decisions, or - for the standard output.", DefaultValueFactory = _ => StandardStream };
        var top = new Option<int>("--top") { Description = "How many of the scores to write, best first; 0 for all." };
        var details = new Option<bool>("--details") { Description = "Add bundle, version, engine, prompt hash and times to every line." };
        var maxLine = new Option<int>("--max-line-bytes") { Description = "Longest row of the input.", DefaultValueFactory = _ => new JsonLinesLimits().MaxLineBytes };
        format.AcceptOnlyFromAmong("auto", "jsonl", "text");
        top.AtLeast(0);
        maxLine.AtLeast(1);
        command.Options.Add(text);
        command.Options.Add(input);
        command.Options.Add(format);
        command.Options.Add(output);
        command.Options.Add(top);
        command.Options.Add(details);
        command.Options.Add(maxLine);
        command.SetAction(async (parsed, ct) =>
        {
            var texts = parsed.GetValue(text) ?? [];
            var inputPath = parsed.GetValue(input);
            if (texts.Length > 0 == inputPath is not null)
            {
                throw new UsageException(inputPath is null ? "give the texts with --input or --text" : "give either --input or --text, not both");
            }

            // The input is opened before the model is loaded: a wrong name is told at once.
            using var inputStream = inputPath is null ? null : OpenInput(inputPath);
            using var opened = runtime.Open(parsed);
            var outputPath = parsed.GetValue(output)!;
            using var outputStream = OpenOutput(outputPath, inputPath);
            using var lines = new DecisionLines(outputStream, parsed.GetValue(top), parsed.GetValue(details));
            var name = inputPath == StandardStream ? "standard input" : inputPath ?? "--text";
            var rows = new RowStream(inputStream is null
                ? texts.Select((value, index) => new TextRow(index + 1, value))
                : TextRows.Read(inputStream, name, Enum.Parse<InputFormat>(parsed.GetValue(format)!, ignoreCase: true), parsed.GetValue(maxLine)));
            using var progress = new ProgressLine(!Console.IsErrorRedirected && (outputPath != StandardStream || Console.IsOutputRedirected));
            try
            {
                await foreach (var decision in opened.Classifier.ClassifyAsync(rows.ReadAsync(ct), ct).ConfigureAwait(false))
                {
                    lines.Write(decision);
                    progress.Report(lines.Count);
                }
            }
            catch (InvalidTextException error)
            {
                throw new DataFormatException(name, rows.Row, error.Message + Kept(lines.Count), error);
            }
            catch (DataFormatException error) when (lines.Count > 0)
            {
                throw new IOException(error.Message + Kept(lines.Count), error);
            }
            catch (OperationCanceledException error) when (ct.IsCancellationRequested)
            {
                throw new StoppedException(Kept(lines.Count).TrimStart(), error);
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static string Kept(long count) => count == 0 ? " Nothing was written." : $" The decisions of the {count} texts before it were written.";

    private static Stream OpenInput(string path) => path == StandardStream
        ? Console.OpenStandardInput()
        : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);

    private static Stream OpenOutput(string path, string? inputPath)
    {
        if (path == StandardStream)
        {
            return Console.OpenStandardOutput();
        }

        if (inputPath is not null && inputPath != StandardStream && Path.GetFullPath(path) == Path.GetFullPath(inputPath))
        {
            throw new UsageException("--output is the file that --input reads");
        }

        return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 1);
    }
}
