using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Embed;

/// <summary><c>POST /v1/embed</c> and OpenAI's <c>POST /v1/embeddings</c>. No bundle of today has embeddings, and the routes say so.</summary>
internal sealed class EmbedEndpoints(IServingEngine engine) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/embed", RefuseAsync).RequireRole(Role.Ask);
        routes.MapPost("/v1/embeddings", RefuseAsync).RequireRole(Role.Ask).WithMetadata(OpenAiErrors.Instance);
    }

    private Task RefuseAsync(HttpContext context)
    {
        var manifest = engine.Bundle.Manifest;
        throw new HttpProblem(
            StatusCodes.Status409Conflict,
            "no-embeddings",
            "No embeddings",
            $"The bundle '{manifest.Name}' {manifest.Version} was not made to embed texts; ask it with POST {KindOfTask.Route(engine.Bundle.Kind)}.");
    }
}
