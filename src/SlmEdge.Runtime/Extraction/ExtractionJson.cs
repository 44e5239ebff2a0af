using System.Text.Json;

namespace SlmEdge.Runtime.Extraction;

/// <summary>Extracted documents as JSON, the same for the command line and the HTTP service.</summary>
public static class ExtractionJson
{
    /// <summary>
    /// Writes into an open object <c>"document":{…},"fields":[{"path":…,"value":…,"start":…,"length":…,"occurrences":…}]</c>; a field that does not stand in the text
    /// has no <c>start</c> and <c>length</c>. A text that was cut has <c>"truncated":true</c>, a document of an adapter <c>adapter</c> and <c>adapterVersion</c>.
    /// </summary>
    /// <param name="writer">Where to.</param>
    /// <param name="result">The document.</param>
    public static void WriteMembers(Utf8JsonWriter writer, ExtractionResult result)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(result);
        writer.WritePropertyName("document");
        result.Document.WriteTo(writer);
        writer.WriteStartArray("fields");
        foreach (var field in result.Fields)
        {
            writer.WriteStartObject();
            writer.WriteString("path", field.Path);
            writer.WriteString("value", field.Value);
            if (field.Start is { } start)
            {
                writer.WriteNumber("start", start);
                writer.WriteNumber("length", field.Length);
            }

            writer.WriteNumber("occurrences", field.Occurrences);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (result.Truncated)
        {
            writer.WriteBoolean("truncated", true);
        }

        if (result.Adapter is { } adapter)
        {
            writer.WriteString("adapter", adapter.Name);
            writer.WriteString("adapterVersion", adapter.Version);
        }
    }
}
