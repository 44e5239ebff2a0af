using Microsoft.AspNetCore.Http;
using SlmEdge.Runtime;
using SlmEdge.Runtime.Classification;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Http;

/// <summary><c>POST /v1/classify</c>: one text or many. A client that goes away gives its request up.</summary>
internal sealed class ClassifyEndpoint(IServingEngine engine, WorkerOptions options)
{
    public async Task HandleAsync(HttpContext context)
    {
        var request = await ClassifyRequest.ReadAsync(context, options.MaxTexts).ConfigureAwait(false);
        IReadOnlyList<Decision> decisions;
        try
        {
            decisions = await engine.ClassifyAsync(request.Texts, context.RequestAborted).ConfigureAwait(false);
        }
        catch (InvalidTextException invalid)
        {
            throw Describe(invalid, request);
        }

        await JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            if (!request.IsList)
            {
                DecisionJson.Write(json, decisions[0], request.Top);
                return;
            }

            json.WriteStartObject();
            json.WriteStartArray("results");
            foreach (var decision in decisions)
            {
                DecisionJson.Write(json, decision, request.Top);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static HttpProblem Describe(InvalidTextException invalid, ClassifyRequest request)
    {
        var detail = request.IsList ? $"texts[{invalid.Index}]: {invalid.Message}" : invalid.Message;
        return invalid.Reason switch
        {
            InvalidTextReason.TooLong => new HttpProblem(StatusCodes.Status413PayloadTooLarge, "text-too-long", "Text too long", detail),
            InvalidTextReason.Empty => new HttpProblem(StatusCodes.Status400BadRequest, "empty-text", "Empty text", detail),
            _ => new HttpProblem(StatusCodes.Status400BadRequest, "not-unicode", "Not Unicode", detail),
        };
    }
}
