using System.Text.Json;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.Adapters;

/// <summary>The fields that choose an adapter in a request, and those that say in an answer which one it was; the same on every route of ours.</summary>
internal static class AdapterFields
{
    /// <summary>Reads <c>adapter</c>, or <c>key</c>, which the service's split leads to one.</summary>
    /// <returns>The adapter's name; null for the model itself.</returns>
    /// <exception cref="HttpProblem">Both are there, or there is no split.</exception>
    public static string? ReadAdapter(this JsonElement root, AdapterServing adapters)
    {
        var adapter = root.FindText("adapter");
        if (root.FindText("key") is not { } key)
        {
            return adapter;
        }

        if (adapter is not null)
        {
            throw HttpProblem.Bad("wrong-shape", "Wrong shape", "The body has both 'adapter' and 'key', which chooses one; give one of them.", "key");
        }

        var split = adapters.Split ?? throw HttpProblem.Bad(
            "no-split", "No split", "The request has a 'key', but the service shares requests out among no adapters; start it with 'slm-edge serve --split'.", "key");
        return split.Choose(key);
    }

    /// <summary>Writes <c>adapter</c> and <c>adapterVersion</c> where an adapter answered.</summary>
    public static void WriteAdapter(this Utf8JsonWriter json, AdapterVersion? adapter)
    {
        if (adapter is not null)
        {
            json.WriteString("adapter", adapter.Name);
            json.WriteString("adapterVersion", adapter.Version);
        }
    }
}
