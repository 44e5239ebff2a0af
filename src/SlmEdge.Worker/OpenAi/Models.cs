using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;

namespace SlmEdge.Worker.OpenAi;

/// <summary>The models of OpenAI's interface: the bundle that is served, under its name.</summary>
internal static class Models
{
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

    public static void Write(Utf8JsonWriter json, ServedBundle bundle)
    {
        json.WriteStartObject();
        json.WriteString("id", bundle.Manifest.Name);
        json.WriteString("object", "model");
        json.WriteNumber("created", bundle.Manifest.CreatedUtc.ToUnixTimeSeconds());
        json.WriteString("owned_by", "slm-edge");
        json.WriteEndObject();
    }
}
