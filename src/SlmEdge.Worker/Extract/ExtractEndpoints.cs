using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Runtime.Extraction;
using SlmEdge.Tasks;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Adapters;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Serving;
using SlmEdge.Worker.Writing;

namespace SlmEdge.Worker.Extract;

/// <summary><c>POST /v1/extract</c>: the document of a text, valid by the task's schema. A client that goes away gives its request up.</summary>
internal sealed class ExtractEndpoints(IServingEngine engine, WorkerOptions options, DecisionJournal? journal) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/extract", ExtractAsync).RequireRole(Role.Ask);

    private async Task ExtractAsync(HttpContext context)
    {
        var (text, extraction) = await JsonBody.ReadAsync(context, Parse).ConfigureAwait(false);
        RequestText.Note(context, options, text);
        engine.Bundle.Require(TaskKind.Extract);
        var started = Stopwatch.GetTimestamp();
        ExtractionResult result;
        try
        {
            result = await engine.ExtractAsync(text, extraction, context.RequestAborted).ConfigureAwait(false);
        }
        catch (ArgumentException error)
        {
            // The ranges were checked: what is left is a limit below the shortest document of the schema.
            throw HttpProblem.Bad("too-few-tokens", "Too few tokens", error.Message, "maxTokens");
        }

        var id = journal is null ? null : await journal.RecordAnswerAsync(
            engine.Bundle, "http", text, result.Document.GetRawText(), "stop", result.Usage.AnswerTokens, Stopwatch.GetElapsedTime(started), result.Adapter).ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json => Write(json, id, text, result)).ConfigureAwait(false);
    }

    private (string Text, ExtractionOptions Options) Parse(JsonElement root) => (
        root.GetText("text"),
        new ExtractionOptions
        {
            MaxTokens = WritingRequest.ReadMaxTokens(root, new ExtractionOptions().MaxTokens, options),
            Sampling = WritingRequest.ReadSampling(root),
            Adapter = root.ReadAdapter(options.Adapters),
        });

    private static void Write(Utf8JsonWriter json, long? id, string text, ExtractionResult result)
    {
        json.WriteStartObject();
        WritingJson.WriteId(json, id);
        json.WriteString("text", text);
        ExtractionJson.WriteMembers(json, result);
        WritingJson.WriteUsage(json, result.Usage);
        json.WriteEndObject();
    }
}
