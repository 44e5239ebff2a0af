using System.CommandLine;
using SlmEdge.Engines.LlamaCpp.Embeddings;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Embeddings;
using SlmEdge.Tools.Edge.Classify;
using SlmEdge.Tools.Edge.CommandLine;

namespace SlmEdge.Tools.Edge.Embed;

/// <summary><c>slm-edge embed</c>: one JSON line per text, with its vector.</summary>
internal static class EmbedCommand
{
    public static Command Create()
    {
        var command = new Command("embed", "Embeds texts: one JSON line per text, {\"text\":…,\"embedding\":[…]}.");
        var model = new Option<string?>("--model") { Description = "An embedding model, or any decoder: a GGUF file.", HelpName = "x.gguf" };
        var bundle = new Option<string?>("--bundle") { Description = "A bundle whose model's hidden states are taken: a .slmb file, a folder, or store:NAME.", HelpName = "x.slmb" };
        var file = new Option<string?>("--file") { Description = "The GGUF file in the bundle, instead of the recommended one." };
        var pooling = new Option<string?>("--pooling") { Description = "How tokens' vectors become one: mean, cls or last, instead of what the model file says." };
        var raw = new Option<bool>("--no-normalize") { Description = "Leave vectors as the model gives them, instead of scaling them to length 1." };
        var together = new Option<bool>("--together") { Description = "Compute short texts together: faster, but the last digits of a vector depend on its company." };
        var truncate = new Option<bool>("--truncate") { Description = "Cut texts that do not fit the context instead of refusing them." };
        var threads = new Option<int>("--threads") { Description = "Threads for one evaluation; 0 for one per physical core." };
        var context = new Option<int>("--context") { Description = "Tokens of the longest text; 0 for what the model was made for." };
        var cache = new Option<string?>("--cache") { Description = "Folder for the unpacked files of bundles, instead of the user's cache folder." };
        pooling.AcceptOnlyFromAmong("mean", "cls", "last");
        threads.InThreads();
        context.AtLeast(0);
        foreach (var option in new Option[] { model, bundle, file, pooling, raw, together, truncate, threads, context, cache })
        {
            command.Options.Add(option);
        }

        var texts = new TextArguments(command);
        command.SetAction(async (parsed, ct) =>
        {
            if (parsed.GetValue(model) is null == parsed.GetValue(bundle) is null)
            {
                throw new UsageException("give the model with --model or with --bundle");
            }

            using var inputStream = texts.OpenInput(parsed);
            using var embedder = Embedder.Open(parsed.GetValue(model) ?? StoreArguments.Locate(parsed.GetValue(bundle)!), new EmbedderOptions
            {
                File = parsed.GetValue(file),
                Pooling = parsed.GetValue(pooling) is { } name ? Enum.Parse<EmbeddingPooling>(name, ignoreCase: true) : null,
                Normalize = !parsed.GetValue(raw),
                Deterministic = !parsed.GetValue(together),
                LongTexts = parsed.GetValue(truncate) ? LongTextPolicy.Truncate : LongTextPolicy.Refuse,
                Threads = parsed.GetValue(threads),
                ContextLength = parsed.GetValue(context),
                CacheDirectory = parsed.GetValue(cache),
            });
            using var outputStream = texts.OpenOutput(parsed);
            using var lines = new EmbeddingLines(outputStream);
            var rows = texts.Rows(parsed, inputStream);
            using var progress = new ProgressLine(texts.ShowsProgress(parsed));
            try
            {
                await foreach (var embedded in embedder.EmbedAsync(rows.ReadAsync(ct), ct).ConfigureAwait(false))
                {
                    lines.Write(embedded);
                    progress.Report(lines.Count);
                }
            }
            catch (InvalidTextException error)
            {
                throw new DataFormatException(texts.Name(parsed), rows.Row, error.Message + Kept(lines.Count), error);
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

    private static string Kept(long count) => count == 0 ? " Nothing was written." : $" The vectors of the {count} texts before it were written.";
}
