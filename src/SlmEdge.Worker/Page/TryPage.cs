using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.Page;

/// <summary>The page at <c>/</c>: try a text, see the scores. Self-contained, so that it works on a box without a network.</summary>
internal sealed class TryPage : IEndpointGroup
{
    // The policy allows what is in the page itself and calls to this service, nothing else.
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Lazy<byte[]> Content = new(Load);

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/", WriteAsync).WithoutKey();

    private static async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        context.Response.ContentLength = Content.Value.Length;
        await context.Response.Body.WriteAsync(Content.Value, context.RequestAborted).ConfigureAwait(false);
    }

    private static byte[] Load()
    {
        using var stream = typeof(TryPage).Assembly.GetManifestResourceStream("SlmEdge.Worker.Page.index.html")
            ?? throw new InvalidOperationException("The page is missing from the assembly.");
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
