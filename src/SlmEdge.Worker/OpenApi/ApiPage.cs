using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.OpenApi;

/// <summary>The description as a page: no script, nothing from elsewhere.</summary>
internal static class ApiPage
{
    private const string Style = """
        :root{color-scheme:light dark;--line:#8884;--soft:#8881}
        body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}
        section{border-top:1px solid var(--line);padding:.5rem 0 1rem}
        h3{font-size:1.05rem;margin:1rem 0 .25rem}
        code,pre{font-family:ui-monospace,monospace;font-size:.85rem}
        pre{background:var(--soft);padding:.75rem;overflow:auto;border-radius:.4rem;white-space:pre-wrap;overflow-wrap:anywhere}
        .method{font-weight:700;margin-right:.5rem}.role{font-size:.8rem;border:1px solid var(--line);border-radius:1rem;padding:.05rem .5rem;margin-left:.5rem}
        table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid var(--line);padding:.25rem .5rem .25rem 0;text-align:left;vertical-align:top}
        """;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JsonResponse.WriterOptions.Encoder };

    public static string Render(JsonObject description)
    {
        var html = new StringBuilder();
        var info = description["info"]!;
        html.Append($"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{Text(info["title"])} API</title><style>{Style}</style></head><body>");
        html.Append($"<h1>{Text(info["title"])} API</h1><p>{Text(info["description"])}</p><p>For programs: <a href=\"openapi.json\">openapi.json</a></p>");
        foreach (var tag in description["tags"]!.AsArray())
        {
            html.Append($"<h2>{Text(tag!["name"])}</h2><p>{Text(tag["description"])}</p>");
            foreach (var (path, item) in description["paths"]!.AsObject())
            {
                foreach (var (method, operation) in item!.AsObject())
                {
                    if (operation!["tags"]!.AsArray().Any(name => (string?)name == (string?)tag["name"]))
                    {
                        RenderOperation(html, description, method, path, operation.AsObject());
                    }
                }
            }
        }

        return html.Append("</body></html>").ToString();
    }

    private static void RenderOperation(StringBuilder html, JsonObject description, string method, string path, JsonObject operation)
    {
        html.Append($"<section id=\"{Text(operation["operationId"])}\"><h3><span class=\"method\">{method.ToUpperInvariant()}</span><code>{Encode(path)}</code>");
        html.Append(operation["x-role"] is { } role ? $"<span class=\"role\">role {Text(role)}</span>" : "<span class=\"role\">no key</span>");
        html.Append($"</h3><p>{Text(operation["summary"])}.</p>");
        if (operation["description"] is { } more)
        {
            html.Append($"<p>{Text(more)}</p>");
        }

        if (operation["requestBody"]?["content"] is JsonObject body)
        {
            RenderContent(html, description, "Request", body, fields: true);
        }

        foreach (var (status, response) in operation["responses"]!.AsObject())
        {
            if (status != "default" && response!["content"] is JsonObject content)
            {
                RenderContent(html, description, $"{status}: {response["description"]}", content, fields: false);
            }
        }

        html.Append("</section>");
    }

    private static void RenderContent(StringBuilder html, JsonObject description, string title, JsonObject content, bool fields)
    {
        foreach (var (type, media) in content)
        {
            html.Append($"<p><b>{Encode(title)}</b> <code>{Encode(type)}</code></p>");
            if (fields && Resolve(description, media!["schema"])?["properties"] is JsonObject properties)
            {
                RenderFields(html, properties, Resolve(description, media["schema"])?["required"] as JsonArray);
            }

            if (media!["example"] is { } example)
            {
                html.Append($"<pre>{Encode(example.ToJsonString(Indented))}</pre>");
            }
        }
    }

    private static void RenderFields(StringBuilder html, JsonObject properties, JsonArray? required)
    {
        html.Append("<table><tr><th>field</th><th>type</th><th></th></tr>");
        foreach (var (name, schema) in properties)
        {
            var needed = required?.Any(one => (string?)one == name) ?? false;
            html.Append($"<tr><td><code>{Encode(name)}</code>{(needed ? " (required)" : "")}</td><td>{Encode(TypeOf(schema!))}</td><td>{Text(schema!["description"])}</td></tr>");
        }

        html.Append("</table>");
    }

    private static string TypeOf(JsonNode schema) => schema["type"] switch
    {
        JsonArray several => string.Join(" or ", several.Select(one => (string?)one)),
        { } one => (string)one!,
        _ when schema["enum"] is JsonArray values => string.Join(", ", values.Select(value => value!.ToJsonString())),
        _ when schema["oneOf"] is JsonArray ways => string.Join(" or ", ways.Select(way => TypeOf(way!))),
        _ => "any",
    };

    private static JsonNode? Resolve(JsonObject description, JsonNode? schema) =>
        schema?["$ref"] is { } reference ? description["components"]!["schemas"]![((string)reference!).Split('/')[^1]] : schema;

    private static string Text(JsonNode? node) => Encode((string?)node ?? "");

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
