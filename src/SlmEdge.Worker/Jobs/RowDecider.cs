using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Classification;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;
using SlmEdge.Worker.Adapters;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Isolation;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Jobs;

/// <summary>Decides rows with the engine, whatever the bundle's kind, and says what became of each.</summary>
internal sealed class RowDecider(IServingEngine engine, DecisionJournal journal, TimeProvider time, string origin = "job:")
{
    private const int MostAttempts = 5;

    /// <summary>Decides rows.</summary>
    /// <exception cref="RuntimeBusyException">The engine has no room: none of the rows was tried.</exception>
    /// <exception cref="RuntimeStoppedException">The engine is stopped or being started again.</exception>
    public async Task<IReadOnlyList<RowOutcome>> DecideAsync(JobInfo job, IReadOnlyList<JobRow> rows, CancellationToken ct) =>
        engine.Bundle.Kind == TaskKind.Classify
            ? await ClassifyAsync(job, rows, ct).ConfigureAwait(false)
            : await Task.WhenAll(rows.Select(row => TryAsync(row, () => WriteAsync(job, row, ct)))).ConfigureAwait(false);

    private async Task<IReadOnlyList<RowOutcome>> ClassifyAsync(JobInfo job, IReadOnlyList<JobRow> rows, CancellationToken ct)
    {
        // Nobody waits for a row: who asks now goes first.
        var unhurried = new ClassificationOptions { Adapter = job.Adapter, Priority = RequestPriority.Low };
        var outcomes = new List<RowOutcome>();
        var left = rows.ToList();
        while (left.Count > 0)
        {
            try
            {
                var decisions = await engine.ClassifyAsync([.. left.Select(row => row.Text)], unhurried, ct).ConfigureAwait(false);
                var bodies = journal.Describe(engine.Bundle, decisions, Source(job));
                outcomes.AddRange(left.Zip(decisions, bodies).Select(item =>
                    new RowOutcome(item.First.Row, Json(json => DecisionJson.Write(json, item.Second, job.Top)), null, null, item.Third)));
                break;
            }
            catch (InvalidTextException invalid)
            {
                var row = left[(int)invalid.Index];
                outcomes.Add(new RowOutcome(row.Row, null, invalid.Message, null, null));
                left.RemoveAt((int)invalid.Index);
            }
            catch (RuntimeException error) when (error is not (RuntimeBusyException or RuntimeStoppedException or EngineEndedException))
            {
                // One of them spoils the others: each by itself.
                foreach (var row in left)
                {
                    outcomes.Add(left.Count == 1
                        ? Failed(row, error)
                        : await TryAsync(row, async () => (await ClassifyAsync(job, [row], ct).ConfigureAwait(false))[0]).ConfigureAwait(false));
                }

                break;
            }
        }

        return outcomes;
    }

    private async Task<RowOutcome> WriteAsync(JobInfo job, JobRow row, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        if (engine.Bundle.Kind == TaskKind.Extract)
        {
            var extracted = await engine.ExtractAsync(row.Text, new ExtractionOptions { Adapter = job.Adapter, Priority = RequestPriority.Low }, ct).ConfigureAwait(false);
            var document = extracted.Document.GetRawText();
            return Written(document, "stop", extracted.Usage.AnswerTokens, extracted.Adapter, json =>
            {
                json.WriteString("text", row.Text);
                json.WritePropertyName("document");
                json.WriteRawValue(document);
            });
        }

        var text = new StringBuilder();
        var options = new GenerationOptions { Adapter = job.Adapter, Priority = RequestPriority.Low };
        var updates = engine.Bundle.Kind == TaskKind.Chat
            ? engine.ChatAsync([new Tasks.Data.ChatMessage("user", row.Text)], options, ContextOverflow.Refuse, ct)
            : engine.GenerateAsync(row.Text, options, ct);
        GeneratedText? whole = null;
        await foreach (var update in updates.ConfigureAwait(false))
        {
            text.Append(update.Text);
            whole = update.Result ?? whole;
        }

        var reason = whole?.FinishReason == FinishReason.Length ? "length" : "stop";
        var output = text.ToString();
        return Written(output, reason, whole?.Usage.AnswerTokens ?? 0, whole?.Adapter, json =>
        {
            json.WriteString("text", row.Text);
            json.WriteString("output", output);
            json.WriteString("finishReason", reason);
        });

        RowOutcome Written(string answer, string finish, int tokens, AdapterVersion? adapter, Action<Utf8JsonWriter> write) => new(
            row.Row,
            Json(json =>
            {
                json.WriteStartObject();
                write(json);
                json.WriteAdapter(adapter);
                json.WriteEndObject();
            }),
            null,
            null,
            journal.DescribeAnswer(engine.Bundle, Source(job), row.Text, answer, finish, tokens, Stopwatch.GetElapsedTime(started), adapter),
            "answer");
    }

    private async Task<RowOutcome> TryAsync(JobRow row, Func<Task<RowOutcome>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (InvalidTextException invalid)
        {
            return new RowOutcome(row.Row, null, invalid.Message, null, null);
        }
        catch (RuntimeException error) when (error is not (RuntimeBusyException or RuntimeStoppedException or EngineEndedException))
        {
            return Failed(row, error);
        }
    }

    // Twice as long after each try, up to a minute.
    private RowOutcome Failed(JobRow row, Exception error) => new(
        row.Row,
        null,
        error.Message,
        row.Attempts + 1 >= MostAttempts ? null : time.GetUtcNow() + TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, row.Attempts))),
        null);

    private string Source(JobInfo job) => origin + job.Id;

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, JsonResponse.WriterOptions))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
