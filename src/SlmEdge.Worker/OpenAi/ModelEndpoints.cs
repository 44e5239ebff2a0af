using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.OpenAi;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{model}</c>.</summary>
internal sealed class ModelEndpoints(IServingEngine engine) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/models", ListAsync).RequireRole(Role.Ask).WithMetadata(OpenAiErrors.Instance);
        routes.MapGet("/v1/models/{model}", DescribeAsync).RequireRole(Role.Ask).WithMetadata(OpenAiErrors.Instance);
    }

    private Task ListAsync(HttpContext context) => JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        var bundle = engine.Bundle;
        Models.Write(json, bundle.Manifest.Name, bundle);
        foreach (var adapter in engine.Adapters)
        {
            Models.Write(json, adapter.Name, bundle);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private Task DescribeAsync(HttpContext context)
    {
        var bundle = engine.Bundle;
        var asked = (string)context.Request.RouteValues["model"]!;
        return asked == bundle.Manifest.Name || engine.Adapters.Any(adapter => adapter.Name == asked)
            ? JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json => Models.Write(json, asked, bundle))
            : throw Models.Unknown(bundle.Manifest.Name);
    }
}
