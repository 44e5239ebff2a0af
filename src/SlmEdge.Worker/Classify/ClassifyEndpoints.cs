using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Classification;
using SlmEdge.Tasks;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Journal;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Classify;

/// <summary><c>POST /v1/classify</c>: one text or many. A client that goes away gives its request up.</summary>
internal sealed class ClassifyEndpoints(IServingEngine engine, WorkerOptions options, DecisionJournal? journal) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/classify", ClassifyAsync).RequireRole(Role.Ask);

    private async Task ClassifyAsync(HttpContext context)
    {
        var request = await JsonBody.ReadAsync(context, root => ClassifyRequest.Parse(root, options.Limits.MaxTexts, options.Adapters)).ConfigureAwait(false);
        RequestText.Note(context, options, request.Texts);
        engine.Bundle.Require(TaskKind.Classify);
        var chosen = request.Adapter is { } adapter ? new ClassificationOptions { Adapter = adapter } : null;
        IReadOnlyList<Decision> decisions;
        try
        {
            decisions = await engine.ClassifyAsync(request.Texts, chosen, context.RequestAborted).ConfigureAwait(false);
        }
        catch (InvalidTextException invalid)
        {
            throw RequestGuard.InvalidText(invalid, request.IsList ? $"texts[{invalid.Index}]" : null);
        }

        var ids = journal is null ? null : await journal.RecordAsync(engine.Bundle, decisions, "http").ConfigureAwait(false);
        await JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            if (!request.IsList)
            {
                DecisionJson.Write(json, decisions[0], request.Top, request.Details, ids?[0]);
                return;
            }

            json.WriteStartObject();
            json.WriteStartArray("results");
            for (var i = 0; i < decisions.Count; i++)
            {
                DecisionJson.Write(json, decisions[i], request.Top, request.Details, ids?[i]);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }
}
