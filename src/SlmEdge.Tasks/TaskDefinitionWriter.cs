using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SlmEdge.Tasks;

/// <summary>Writes a task definition in one canonical layout, so that its hash depends on its meaning only.</summary>
internal static class TaskDefinitionWriter
{
    public static string ToJson(TaskDefinition task)
    {
        using var buffer = new MemoryStream();
        // Labels stay readable in any language; nothing here is ever pasted into HTML without being encoded there.
        var options = new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(buffer, options))
        {
            Write(writer, task);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length) + "\n";
    }

    public static void Write(Utf8JsonWriter writer, TaskDefinition task)
    {
        writer.WriteStartObject();
        writer.WriteString("name", task.Name);
        writer.WriteString("kind", task.Kind.ToString().ToLowerInvariant());
        writer.WriteString("instruction", task.Instruction);
        if (task.Labels.Count > 0)
        {
            writer.WriteStartArray("labels");
            foreach (LabelDefinition label in task.Labels)
            {
                writer.WriteStartObject();
                writer.WriteString("name", label.Name);
                if (label.Description is not null)
                {
                    writer.WriteString("description", label.Description);
                }

                if (label.Code is not null)
                {
                    writer.WriteString("code", label.Code);
                }

                if (label.Groups.Count > 0)
                {
                    writer.WriteStartArray("groups");
                    foreach (string group in label.Groups)
                    {
                        writer.WriteStringValue(group);
                    }

                    writer.WriteEndArray();
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        if (task.Schema is { } schema)
        {
            writer.WritePropertyName("schema");
            schema.WriteTo(writer);
        }

        writer.WriteStartObject("prompt");
        writer.WriteBoolean("labelsInPrompt", task.Prompt.LabelsInPrompt);
        writer.WriteString("verbalizer", task.Prompt.Verbalizer.ToString().ToLowerInvariant());
        writer.WriteEndObject();
        writer.WriteStartObject("decision");
        writer.WriteNumber("abstainBelow", task.Decision.AbstainBelow);
        if (task.Decision.MultiLabel)
        {
            writer.WriteBoolean("multiLabel", true);
        }

        if (task.Decision.LabelThreshold is { } labelThreshold)
        {
            writer.WriteNumber("labelThreshold", labelThreshold);
        }

        if (task.Decision.Coverage is { } coverage)
        {
            writer.WriteNumber("coverage", coverage);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
