using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Adapters;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Serving;
using SlmEdge.Worker.Writing;

namespace SlmEdge.Worker.Generate;

/// <summary>
/// <c>POST /v1/generate</c>: the answer to a text, whole or as server-sent events while it is written. A client that goes away gives its request up.
/// </summary>
internal sealed class GenerateEndpoints(IServingEngine engine, WorkerOptions options, DecisionJournal? journal) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/generate", GenerateAsync).RequireRole(Role.Ask);

    private async Task GenerateAsync(HttpContext context)
    {
        var (text, generation, stream) = await JsonBody.ReadAsync(context, Parse).ConfigureAwait(false);
        RequestText.Note(context, options, text);
        engine.Bundle.Require(TaskKind.Generate);
        var updates = engine.GenerateAsync(text, generation, context.RequestAborted);
        await (EventStream.IsWanted(context, stream) ? StreamAsync(context, text, updates) : WriteAsync(context, text, updates)).ConfigureAwait(false);
    }

    private (string Text, GenerationOptions Options, bool? Stream) Parse(JsonElement root) => (
        root.GetText("text"),
        new GenerationOptions
        {
            MaxTokens = WritingRequest.ReadMaxTokens(root, new GenerationOptions().MaxTokens, options),
            Sampling = WritingRequest.ReadSampling(root),
            Stop = WritingRequest.ReadStop(root),
            Adapter = root.ReadAdapter(options.Adapters),
        },
        root.FindFlag("stream"));

    private async Task WriteAsync(HttpContext context, string text, IAsyncEnumerable<GenerationUpdate> updates)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await updates.WholeAsync().ConfigureAwait(false);
        var id = await RecordAsync(text, answer, started).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            WritingJson.WriteId(json, id);
            json.WriteString("text", text);
            json.WriteString("output", answer.Text);
            WriteEnd(json, answer);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private async Task StreamAsync(HttpContext context, string text, IAsyncEnumerable<GenerationUpdate> updates)
    {
        var started = Stopwatch.GetTimestamp();
        var events = new EventStream(context);
        await foreach (var update in updates.ConfigureAwait(false))
        {
            var id = update.Result is { } whole ? await RecordAsync(text, whole, started).ConfigureAwait(false) : null;
            await events.SendAsync(json =>
            {
                json.WriteStartObject();
                if (update.Result is { } answer)
                {
                    WritingJson.WriteId(json, id);
                    WriteEnd(json, answer);
                }
                else
                {
                    json.WriteString("output", update.Text);
                }

                json.WriteEndObject();
            }).ConfigureAwait(false);
        }
    }

    private async Task<long?> RecordAsync(string text, GeneratedText answer, long started) => journal is null ? null : await journal.RecordAnswerAsync(
        engine.Bundle, "http", text, answer.Text, WritingJson.Name(answer.FinishReason), answer.Usage.AnswerTokens, Stopwatch.GetElapsedTime(started), answer.Adapter).ConfigureAwait(false);

    private static void WriteEnd(Utf8JsonWriter json, GeneratedText answer)
    {
        json.WriteString("finishReason", WritingJson.Name(answer.FinishReason));
        json.WriteAdapter(answer.Adapter);
        WritingJson.WriteUsage(json, answer.Usage);
        if (answer.Truncated)
        {
            json.WriteBoolean("truncated", true);
        }
    }
}
