using System.Text.Json;

namespace SlmEdge.Tasks.Extraction;

/// <summary>Schemas that came with requests, compiled once: callers send the same few again and again. Safe for several threads.</summary>
public sealed class JsonSchemaCache
{
    private const int Kept = 32;

    private readonly Lock gate = new();
    private readonly Dictionary<string, JsonSchema> compiled = new(StringComparer.Ordinal);

    /// <summary>The schema, compiled once.</summary>
    /// <param name="schema">The schema: an object, or true or false.</param>
    /// <exception cref="TaskDefinitionException">The schema cannot be honoured.</exception>
    public JsonSchema Get(JsonElement schema)
    {
        var key = schema.GetRawText();
        lock (gate)
        {
            if (compiled.TryGetValue(key, out var found))
            {
                return found;
            }
        }

        var parsed = JsonSchema.Parse(schema, "response format");
        lock (gate)
        {
            if (compiled.Count >= Kept)
            {
                compiled.Clear();
            }

            // Two callers may have compiled the same: one of the two serves both from here on.
            return compiled.TryGetValue(key, out var found) ? found : compiled[key] = parsed;
        }
    }
}
