using System.Text.Json;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Tasks.Data;

/// <summary>Reads rows of a text and the JSON document that it holds, from JSON Lines or CSV.</summary>
public static class ExtractionReader
{
    private const string OutputColumn = "output";

    /// <summary>Reads a file. The document stands in <c>output</c>, as JSON or as a string that holds JSON.</summary>
    /// <param name="path">The file.</param>
    /// <param name="task">A task of kind <see cref="TaskKind.Extract"/>; every document has to satisfy its schema.</param>
    /// <param name="options">Column of the text and limits; <see langword="null"/> for the defaults.</param>
    /// <returns>All rows; at least one.</returns>
    /// <exception cref="DataFormatException">A row lacks its text, or its document is not JSON or not as the schema wants it. The message names the row.</exception>
    /// <exception cref="TaskDefinitionException">The schema has rules that are not supported.</exception>
    public static IReadOnlyList<ExtractionRow> Read(string path, TaskDefinition task, ReaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        options ??= new ReaderOptions();
        JsonSchema schema = JsonSchema.Of(task);
        var rows = new List<ExtractionRow>();
        foreach (DataRow row in DataRows.Read(path, options.MaxRowBytes, options.TextColumn, OutputColumn))
        {
            JsonElement output = Output(row);
            if (schema.FindViolation(output) is { } violation)
            {
                throw row.Error($"'{OutputColumn}' is not as the schema of task '{task.Name}' wants it: {violation}");
            }

            rows.Add(new ExtractionRow(row.GetText(options.TextColumn, "--text-column"), JsonSerializer.Serialize(output, CompactJson.Relaxed.JsonElement), path, row.Row));
        }

        return rows.Count > 0 ? rows : throw new DataFormatException(path, null, "there are no rows");
    }

    private static JsonElement Output(DataRow row)
    {
        if (row is JsonDataRow json && json.Value.TryGetProperty(OutputColumn, out JsonElement value) && value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
        {
            return value;
        }

        string text = row.GetText(OutputColumn);
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 64 });
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw row.Error($"'{OutputColumn}' is not JSON (byte {e.BytePositionInLine + 1}); write an object, or a string that holds one");
        }
    }
}
