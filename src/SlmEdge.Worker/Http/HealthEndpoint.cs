using Microsoft.AspNetCore.Http;
using SlmEdge.Runtime;

namespace SlmEdge.Worker.Http;

/// <summary><c>GET /healthz</c>: the service listens only once its model is loaded, so an answer means that it can decide.</summary>
internal sealed class HealthEndpoint(SlmRuntime runtime)
{
    public Task HandleAsync(HttpContext context) => JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteStartObject();
        json.WriteString("status", "ok");
        json.WriteString("bundle", runtime.Manifest.Name);
        json.WriteString("version", runtime.Manifest.Version);
        json.WriteNumber("waiting", runtime.WaitingTexts);
        json.WriteEndObject();
    });
}
