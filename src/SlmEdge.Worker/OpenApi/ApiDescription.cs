using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;

namespace SlmEdge.Worker.OpenApi;

/// <summary>
/// The service's description (OpenAPI 3.1). Each capability describes its routes in a file beside its code, <c>*.openapi.json</c>; what is the same for all of them
/// (problems, keys, which role) is added here, from the endpoints themselves.
/// </summary>
internal static class ApiDescription
{
    /// <summary>The summary of an endpoint that no file describes.</summary>
    public const string Undescribed = "This endpoint is not described";

    private const string Resources = "SlmEdge.Worker.OpenApi.";

    /// <summary>Puts the description of the mapped endpoints together.</summary>
    public static JsonObject Create(IEnumerable<Endpoint> endpoints)
    {
        var parts = Parts();
        var paths = new JsonObject();
        var schemas = Problem();
        var tags = new JsonArray();
        foreach (var part in parts)
        {
            var tag = part["tag"]!.AsObject();
            if (tags.All(known => !JsonNode.DeepEquals(known, tag)))
            {
                tags.Add(tag.DeepClone());
            }

            foreach (var (name, schema) in part["schemas"]!.AsObject())
            {
                schemas.Add(name, schema!.DeepClone());
            }
        }

        foreach (var endpoint in endpoints.OfType<RouteEndpoint>())
        {
            var path = endpoint.RoutePattern.RawText!;
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
            {
                var (operation, tag) = Find(parts, path, method.ToLowerInvariant());
                Complete(operation, tag, endpoint.Metadata.GetMetadata<RoleRequirement>()?.Role);
                if (paths[path] is not JsonObject item)
                {
                    paths[path] = item = [];
                }

                item.Add(method.ToLowerInvariant(), operation);
            }
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "SlmEdge",
                ["version"] = typeof(ApiDescription).Assembly.GetName().Version?.ToString(3),
                ["description"] = "A small language model on this device. Failed requests are answered with problem details (RFC 9457); their type is stable, for programs.",
            },
            ["tags"] = tags,
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["responses"] = new JsonObject
                {
                    ["Problem"] = new JsonObject
                    {
                        ["description"] = "The request failed. 429 and 503 have Retry-After, in seconds.",
                        ["content"] = new JsonObject { ["application/problem+json"] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Problem" } } },
                    },
                },
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "An API key, where the service was started with keys." },
                },
            },
        };
    }

    private static (JsonObject Operation, string Tag) Find(IReadOnlyList<JsonObject> parts, string path, string method)
    {
        foreach (var part in parts)
        {
            if (part["paths"]?[path]?[method] is JsonObject operation)
            {
                return ((JsonObject)operation.DeepClone(), (string)part["tag"]!["name"]!);
            }
        }

        // A test asks for the description; a device in the field still gets the rest of the document.
        return (new JsonObject { ["operationId"] = method + path, ["summary"] = Undescribed, ["responses"] = new JsonObject() }, "Others");
    }

    private static void Complete(JsonObject operation, string tag, Role? role)
    {
        operation["tags"] = new JsonArray(tag);
        operation["responses"]!.AsObject()["default"] = new JsonObject { ["$ref"] = "#/components/responses/Problem" };
        operation["security"] = new JsonArray();
        if (role is { } needed)
        {
            operation["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray() });
            operation["x-role"] = needed.ToString().ToLowerInvariant();
        }
    }

    private static JsonObject Problem() => new()
    {
        ["Problem"] = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["type"] = new JsonObject { ["type"] = "string", ["description"] = "urn:slm-edge: and a name for programs." },
                ["title"] = new JsonObject { ["type"] = "string" },
                ["status"] = new JsonObject { ["type"] = "integer" },
                ["detail"] = new JsonObject { ["type"] = "string", ["description"] = "What was wrong and what to do." },
                ["error"] = new JsonObject { ["type"] = "object", ["description"] = "On OpenAI's routes: message, type, param and code, as its clients read them." },
            },
            ["required"] = new JsonArray("type", "title", "status", "detail"),
        },
    };

    private static List<JsonObject> Parts()
    {
        var assembly = typeof(ApiDescription).Assembly;
        var parts = new List<JsonObject>();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Resources, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = assembly.GetManifestResourceStream(name)!;
            parts.Add(JsonNode.Parse(stream)!.AsObject());
        }

        return parts;
    }
}
