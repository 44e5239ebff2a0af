using System.Text.Json;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Extensions.AI;

/// <summary>Compiled schemas of response formats: callers send the same few again and again.</summary>
internal sealed class ResponseSchemas
{
    private const int Kept = 32;

    private readonly Lock gate = new();
    private readonly Dictionary<string, JsonSchema> compiled = new(StringComparer.Ordinal);

    /// <summary>The schema, compiled once.</summary>
    /// <exception cref="Tasks.TaskDefinitionException">The schema cannot be honoured.</exception>
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
