using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.Page;

/// <summary>
/// The page at <c>/</c>: try a text, see what goes on, correct decisions, follow jobs, see the proof. Self-contained, so that it works on a box without a network.
/// </summary>
internal sealed class Dashboard : IEndpointGroup
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

    // The parts lie in files of their own and come as one, so that the page needs nothing else and no script may come from elsewhere.
    private static byte[] Load()
    {
        var page = new StringBuilder(Part("index.html"));
        foreach (var part in (string[])["page.css", "page.js", "try.js", "live.js", "drift.js", "decisions.js", "jobs.js", "bundle.js"])
        {
            page.Replace($"/*{part}*/", Part(part));
        }

        return Encoding.UTF8.GetBytes(page.ToString());
    }

    private static string Part(string name)
    {
        using var stream = typeof(Dashboard).Assembly.GetManifestResourceStream("SlmEdge.Worker.Page." + name)
            ?? throw new InvalidOperationException($"The part '{name}' of the page is missing from the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
