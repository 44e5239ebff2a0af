using System.CommandLine;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Runtime;
using SlmEdge.Tools.Edge.CommandLine;

namespace SlmEdge.Tools.Edge.Classify;

/// <summary><c>slm-edge classify</c>: one JSON line per text.</summary>
internal static class ClassifyCommand
{
    public static Command Create()
    {
        var command = new Command("classify", "Classifies texts: one JSON line per text, {\"text\":…,\"label\":…,\"confidence\":…,\"scores\":{…}}.");
        var runtime = new RuntimeArguments(command);
        var adapter = new AdapterArgument(command);
        var texts = new TextArguments(command);
        var top = new Option<int>("--top") { Description = "How many of the scores to write, best first; 0 for all." };
        var details = new Option<bool>("--details") { Description = "Add bundle, version, engine, prompt hash and times to every line." };
        top.AtLeast(0);
        command.Options.Add(top);
        command.Options.Add(details);
        command.SetAction(async (parsed, ct) =>
        {
            // The input is opened before the model is loaded: a wrong name is told at once.
            using var inputStream = texts.OpenInput(parsed);
            using var opened = adapter.Open(runtime, parsed, texts.IsOne(parsed));
            using var lease = AdapterArgument.NameOf(opened) is { } adapted ? opened.Adapters.Begin(adapted) : null;
            var classifier = lease?.Classifier ?? opened.Classifier;
            using var outputStream = texts.OpenOutput(parsed);
            using var lines = new DecisionLines(outputStream, parsed.GetValue(top), parsed.GetValue(details));
            var name = texts.Name(parsed);
            var rows = texts.Rows(parsed, inputStream);
            using var progress = new ProgressLine(texts.ShowsProgress(parsed));
            try
            {
                await foreach (var decision in classifier.ClassifyAsync(rows.ReadAsync(ct), ct).ConfigureAwait(false))
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
}
