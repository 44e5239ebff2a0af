using System.Buffers;
using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tools.Edge.Classify;
using SlmEdge.Tools.Edge.CommandLine;

namespace SlmEdge.Tools.Edge.Write;

/// <summary>Asks for an answer to every text of the input, several at a time, and writes one JSON line for each in the input's order.</summary>
internal static class AnswerLines
{
    private const int Together = 16;

    /// <summary>Runs over the input.</summary>
    /// <param name="texts">Input and output.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="open">Loads the model.</param>
    /// <param name="answer">Answers a text.</param>
    /// <param name="write">Writes the members of an answer's line behind <c>text</c>.</param>
    /// <param name="ct">Stops the run.</param>
    public static async Task<int> RunAsync<T>(
        TextArguments texts,
        ParseResult parsed,
        Func<SlmRuntime> open,
        Func<SlmRuntime, string, CancellationToken, Task<T>> answer,
        Action<Utf8JsonWriter, SlmRuntime, T> write,
        CancellationToken ct)
    {
        // The input is opened before the model is loaded: a wrong name is told at once.
        using var input = texts.OpenInput(parsed);
        using var runtime = open();
        using var output = texts.OpenOutput(parsed);
        using var progress = new ProgressLine(texts.ShowsProgress(parsed));
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var rows = texts.Rows(parsed, input);
        var pending = new Queue<(string Text, long Row, Task<T> Answer)>();
        var line = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(Stream.Null, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        var source = rows.ReadAsync(abandon.Token).GetAsyncEnumerator(CancellationToken.None);
        Task<bool>? moving = null;
        long count = 0;
        long row = 0;
        try
        {
            while (true)
            {
                moving ??= source.MoveNextAsync().AsTask();
                while (pending.Count > 0)
                {
                    if (pending.Count < Together)
                    {
                        // Whoever asks one text at a time gets each answer before the next text is there.
                        await Task.WhenAny(moving, pending.Peek().Answer).ConfigureAwait(false);
                        if (!pending.Peek().Answer.IsCompleted)
                        {
                            break;
                        }
                    }

                    await WriteNextAsync().ConfigureAwait(false);
                }

                if (!await moving.ConfigureAwait(false))
                {
                    break;
                }

                moving = null;
                pending.Enqueue((source.Current, rows.Row, answer(runtime, source.Current, abandon.Token)));
            }

            while (pending.Count > 0)
            {
                await WriteNextAsync().ConfigureAwait(false);
            }
        }
        catch (InvalidTextException error)
        {
            throw new DataFormatException(texts.Name(parsed), row, error.Message + Kept(count), error);
        }
        catch (DataFormatException error) when (count > 0)
        {
            throw new IOException(error.Message + Kept(count), error);
        }
        catch (OperationCanceledException error) when (ct.IsCancellationRequested)
        {
            throw new StoppedException(Kept(count).TrimStart(), error);
        }
        finally
        {
            await abandon.CancelAsync().ConfigureAwait(false);
            if (moving is not null)
            {
                // An enumerator may not be disposed while it moves.
                await ((Task)moving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await source.DisposeAsync().ConfigureAwait(false);
            foreach (var left in pending)
            {
                await ((Task)left.Answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return ExitCodes.Done;

        async Task WriteNextAsync()
        {
            (var text, row, var task) = pending.Dequeue();
            var result = await task.ConfigureAwait(false);
            line.ResetWrittenCount();
            json.Reset(line);
            json.WriteStartObject();
            json.WriteString("text", text);
            write(json, runtime, result);
            json.WriteEndObject();
            json.Flush();
            line.Write("\n"u8);
            output.Write(line.WrittenSpan);
            output.Flush();
            progress.Report(++count);
        }
    }

    /// <summary>Which adapter answered, if one did.</summary>
    public static void WriteAdapter(Utf8JsonWriter json, AdapterVersion? adapter)
    {
        if (adapter is not null)
        {
            json.WriteString("adapter", adapter.Name);
            json.WriteString("adapterVersion", adapter.Version);
        }
    }

    /// <summary>What <c>--details</c> adds.</summary>
    public static void WriteDetails(Utf8JsonWriter json, SlmRuntime runtime, TokenUsage usage, GenerationTimings timings)
    {
        json.WriteString("bundle", runtime.Manifest.Name);
        json.WriteString("version", runtime.Manifest.Version);
        json.WriteString("engine", runtime.Engine);
        json.WriteString("promptSha256", runtime.PromptSha256);
        json.WriteNumber("promptTokens", usage.PromptTokens);
        json.WriteNumber("cachedTokens", usage.CachedTokens);
        json.WriteNumber("answerTokens", usage.AnswerTokens);
        json.WriteNumber("queuedMs", Math.Round(timings.Queued.TotalMilliseconds, 3));
        json.WriteNumber("firstTokenMs", Math.Round(timings.FirstToken.TotalMilliseconds, 3));
        json.WriteNumber("evaluatedMs", Math.Round(timings.Evaluated.TotalMilliseconds, 3));
    }

    private static string Kept(long count) => count == 0 ? " Nothing was written." : $" The answers to the {count} texts before it were written.";
}
