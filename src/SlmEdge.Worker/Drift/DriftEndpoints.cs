using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Drift;

/// <summary><c>GET /v1/drift</c>: how recent texts compare with those that the bundle was tested with.</summary>
internal sealed class DriftEndpoints(IServingEngine engine, DriftWatch watch) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/drift", DescribeAsync).RequireRole(Role.Ask);

    private Task DescribeAsync(HttpContext context)
    {
        var bundle = engine.Bundle;
        return JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json => DriftJson.Write(json, bundle, watch, engine.Adapters));
    }
}
