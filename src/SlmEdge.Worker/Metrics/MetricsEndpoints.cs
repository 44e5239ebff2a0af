using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.Metrics;

/// <summary><c>GET /metrics</c>: what the service has done since it started, for Prometheus and for the page.</summary>
internal sealed class MetricsEndpoints(MetricsSource source) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/metrics", WriteAsync).RequireRole(Role.Ask);

    private Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        return context.Response.WriteAsync(PrometheusText.Write(source.Read()), context.RequestAborted);
    }
}
