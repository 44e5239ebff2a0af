using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlmEdge.Training.Adapters;

/// <summary>A list of names, or a text that is a regular expression, as PEFT writes them.</summary>
internal sealed class ModuleSelectionJsonConverter : JsonConverter<ModuleSelection>
{
    public override ModuleSelection Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        // PEFT keeps its word for all projections as a text, too.
        JsonTokenType.String => reader.GetString() is LoraConfig.AllLinear ? [LoraConfig.AllLinear] : ModuleSelection.Matching(reader.GetString()!),
        JsonTokenType.StartArray => ModuleSelection.Of(JsonSerializer.Deserialize<string[]>(ref reader, options)),
        _ => throw new JsonException("modules are a list of names or one regular expression"),
    };

    public override void Write(Utf8JsonWriter writer, ModuleSelection value, JsonSerializerOptions options)
    {
        if (value.Expression is { } expression)
        {
            writer.WriteStringValue(expression);
            return;
        }

        writer.WriteStartArray();
        foreach (var name in value)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }
}
