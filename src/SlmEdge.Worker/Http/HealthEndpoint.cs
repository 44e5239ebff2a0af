using Microsoft.AspNetCore.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Http;

/// <summary><c>GET /healthz</c>: the service listens only once its model is loaded, so an answer means that it can decide.</summary>
internal sealed class HealthEndpoint(IServingEngine engine)
{
    public Task HandleAsync(HttpContext context) => JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteStartObject();
        json.WriteString("status", "ok");
        json.WriteString("bundle", engine.Bundle.Manifest.Name);
        json.WriteString("version", engine.Bundle.Manifest.Version);
        json.WriteNumber("waiting", engine.Waiting);
        json.WriteEndObject();
    });
}
