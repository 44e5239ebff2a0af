using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Bundles;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Limits;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.Adapters;

/// <summary><c>GET /v1/adapters</c>, and <c>PUT</c> and <c>DELETE /v1/adapters/{name}</c>: what is loaded over the model, changed while requests run.</summary>
internal sealed class AdapterEndpoints(IServingEngine engine, WorkerOptions options) : IEndpointGroup
{
    private const string Route = "/v1/adapters/{name}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/adapters", ListAsync).RequireRole(Role.Ask);

        // To load waits for golden examples, to unload for the last request.
        routes.MapPut(Route, LoadAsync).RequireRole(Role.Administer).WithoutTimeLimit();
        routes.MapDelete(Route, UnloadAsync).RequireRole(Role.Administer).WithoutTimeLimit();
    }

    private Task ListAsync(HttpContext context) => JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("adapters");
        foreach (var adapter in engine.Adapters)
        {
            Write(json, adapter);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private async Task LoadAsync(HttpContext context)
    {
        var file = await JsonBody.ReadAsync(context, root => root.GetText("file")).ConfigureAwait(false);
        var load = new AdapterLoadOptions { Name = Name(context), TrustedKeys = options.Adapters.TrustedKeys };
        try
        {
            var adapter = await engine.LoadAdapterAsync(Locate(file), load, context.RequestAborted).ConfigureAwait(false);
            await JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json => Write(json, adapter)).ConfigureAwait(false);
        }
        catch (BundleException error)
        {
            throw new HttpProblem(StatusCodes.Status422UnprocessableEntity, "adapter-refused", "Adapter refused", error.Message);
        }
        catch (ArgumentException error)
        {
            throw HttpProblem.Bad("wrong-name", "Wrong name", error.Message);
        }
    }

    private async Task UnloadAsync(HttpContext context)
    {
        await engine.UnloadAdapterAsync(Name(context), context.RequestAborted).ConfigureAwait(false);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // Only a name, and only of what the owner put into the folder: whoever asks must not make the service open any other file.
    private string Locate(string file)
    {
        if (options.Adapters.Folder is null)
        {
            throw new HttpProblem(
                StatusCodes.Status403Forbidden, "no-adapter-folder", "No folder of adapters", "The service was started without a folder of adapters; start it with 'slm-edge serve --adapters DIR'.");
        }

        return options.Adapters.List().FirstOrDefault(path => Path.GetFileName(path) == file)
            ?? throw HttpProblem.Bad("unknown-file", "Unknown file", "The folder of adapters has no bundle and no GGUF file of that name.", "file");
    }

    private static string Name(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private static void Write(Utf8JsonWriter json, AdapterInfo adapter)
    {
        json.WriteStartObject();
        json.WriteString("name", adapter.Name);
        json.WriteString("version", adapter.Version);
        json.WriteString("sha256", adapter.Sha256);
        json.WriteString("signature", adapter.Signature.ToString().ToLowerInvariant());
        json.WriteString("task", adapter.TaskName);
        json.WriteString("kind", KindOfTask.Name(adapter.Kind));
        json.WriteNumber("sizeBytes", adapter.SizeBytes);
        json.WriteNumber("requestsInFlight", adapter.RequestsInFlight);
        json.WriteEndObject();
    }
}
