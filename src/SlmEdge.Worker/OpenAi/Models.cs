using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SlmEdge.Worker.Adapters;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.OpenAi;

/// <summary>The models of OpenAI's interface: the bundle that is served and the adapters over it, under their names.</summary>
internal static class Models
{
    /// <summary>
    /// The adapter that a request leads to: <c>model</c> may name one; where it does not and the service shares requests out, <c>user</c> is the key of the share.
    /// </summary>
    /// <returns>Its name; null for the model itself.</returns>
    /// <exception cref="HttpProblem">The request names a model that there is not.</exception>
    public static string? ChooseAdapter(JsonElement root, IServingEngine engine, AdapterServing adapters)
    {
        var model = engine.Bundle.Manifest.Name;
        if (root.FindText("model") is { } asked && asked != model)
        {
            return engine.Adapters.Any(adapter => adapter.Name == asked) ? asked : throw Unknown(model);
        }

        return adapters.Split is { } split && root.FindText("user") is { } key ? split.Choose(key) : null;
    }

    /// <summary>Refuses requests for another model. A request that names none means the one there is.</summary>
    public static void Require(JsonElement root, string model)
    {
        if (root.FindText("model") is { } asked && asked != model)
        {
            throw Unknown(model);
        }
    }

    public static HttpProblem Unknown(string model) =>
        new(StatusCodes.Status404NotFound, "model-not-found", "Model not found", $"There is no such model here; this service serves '{model}'.") { Field = "model" };

    public static void Write(Utf8JsonWriter json, string name, ServedBundle bundle)
    {
        json.WriteStartObject();
        json.WriteString("id", name);
        json.WriteString("object", "model");
        json.WriteNumber("created", bundle.Manifest.CreatedUtc.ToUnixTimeSeconds());
        json.WriteString("owned_by", "slm-edge");
        json.WriteEndObject();
    }
}
