using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Health;

/// <summary>
/// <c>GET /healthz</c>: the process is alive and answers; whoever restarts services looks here. <c>GET /readyz</c>: the engine can decide at this moment; whoever
/// distributes requests looks here.
/// </summary>
internal sealed class HealthEndpoints(IServingEngine engine) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", AliveAsync).WithoutKey();
        routes.MapGet("/readyz", ReadyAsync).WithoutKey();
    }

    private Task AliveAsync(HttpContext context) => WriteAsync(context, "ok");

    private Task ReadyAsync(HttpContext context) => engine.Health switch
    {
        EngineHealth.Ready => WriteAsync(context, "ready"),
        EngineHealth.Starting => throw new HttpProblem(
            StatusCodes.Status503ServiceUnavailable, "starting", "Starting", engine.HealthDetail ?? "The engine is being started.", TimeSpan.FromSeconds(1)),
        _ => throw new HttpProblem(StatusCodes.Status503ServiceUnavailable, "engine-ended", "Engine ended", engine.HealthDetail ?? "The engine ended and is not started again; the service's log says why."),
    };

    private Task WriteAsync(HttpContext context, string status) => JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteStartObject();
        json.WriteString("status", status);
        json.WriteString("bundle", engine.Bundle.Manifest.Name);
        json.WriteString("version", engine.Bundle.Manifest.Version);
        json.WriteNumber("waiting", engine.Waiting);
        json.WriteEndObject();
    });
}
