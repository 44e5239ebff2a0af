using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Tasks;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Bundles;

/// <summary><c>GET /v1/tasks</c>: what the service can be asked, and where.</summary>
internal sealed class TasksEndpoints(IServingEngine engine) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/tasks", ListAsync).RequireRole(Role.Ask);

    private Task ListAsync(HttpContext context) => JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("tasks");
        Write(json, engine.Bundle);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, ServedBundle bundle)
    {
        var task = bundle.Manifest.Task;
        json.WriteStartObject();
        json.WriteString("name", task.Name);
        json.WriteString("kind", KindOfTask.Name(task.Kind));
        json.WriteString("instruction", task.Instruction);
        json.WriteString("route", KindOfTask.Route(task.Kind));
        json.WriteString("model", bundle.Manifest.Name);
        if (task.Kind == TaskKind.Classify)
        {
            json.WriteStartArray("labels");
            foreach (var label in task.Labels)
            {
                json.WriteStartObject();
                json.WriteString("name", label.Name);
                if (label.Description is { } description)
                {
                    json.WriteString("description", description);
                }

                if (label.Groups.Count > 0)
                {
                    json.WriteStartArray("groups");
                    foreach (var group in label.Groups)
                    {
                        json.WriteStringValue(group);
                    }

                    json.WriteEndArray();
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (task.Schema is { } schema)
        {
            json.WritePropertyName("schema");
            schema.WriteTo(json);
        }

        json.WriteEndObject();
    }
}
