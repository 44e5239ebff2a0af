using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.OpenApi;

/// <summary><c>GET /openapi.json</c> and <c>GET /docs</c>: what the service answers, for programs and for people.</summary>
internal sealed class ApiEndpoints : IEndpointGroup
{
    private const string ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public void Map(IEndpointRouteBuilder routes)
    {
        // Made when it is first asked for: by then every group has mapped its endpoints.
        var description = new Lazy<JsonObject>(() => ApiDescription.Create(routes.DataSources.SelectMany(source => source.Endpoints)));
        var document = new Lazy<byte[]>(() => Encoding.UTF8.GetBytes(description.Value.ToJsonString()));
        var page = new Lazy<byte[]>(() => Encoding.UTF8.GetBytes(ApiPage.Render(description.Value)));
        routes.MapGet("/openapi.json", context => WriteAsync(context, "application/json; charset=utf-8", document.Value)).WithoutKey();
        routes.MapGet("/docs", context =>
        {
            context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
            return WriteAsync(context, "text/html; charset=utf-8", page.Value);
        }).WithoutKey();
    }

    private static async Task WriteAsync(HttpContext context, string contentType, byte[] content)
    {
        context.Response.ContentType = contentType;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
    }
}
