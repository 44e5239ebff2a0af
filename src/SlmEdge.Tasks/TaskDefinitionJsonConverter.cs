using System.Text.Json;
using System.Text.Json.Serialization;

namespace SlmEdge.Tasks;

/// <summary>Lets a task definition stand inside other JSON files (<c>run.json</c>, <c>bundle.json</c>) under the same strict rules.</summary>
public sealed class TaskDefinitionJsonConverter : JsonConverter<TaskDefinition>
{
    /// <inheritdoc/>
    /// <exception cref="TaskDefinitionException">The value is not a valid task.</exception>
    public override TaskDefinition Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        return TaskDefinitionReader.Read(document.RootElement, "task");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TaskDefinition value, JsonSerializerOptions options) => TaskDefinitionWriter.Write(writer, value);
}
