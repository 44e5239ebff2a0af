using System.Text.Json;
using SlmEdge.Bundles;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Export.Writing;

/// <summary>Chooses the texts by which a device checks that it writes what was tested.</summary>
internal static class WritingGoldenExamples
{
    private const int Wanted = 10;
    private const int MaxText = 2000;

    /// <summary>
    /// Texts about which the reference and all shipped files wrote the same to the end, the right answers first: what different precisions agree on is not
    /// decided by the rounding of one CPU.
    /// </summary>
    public static IReadOnlyList<GoldenExample> Choose(
        TaskDefinition task, IReadOnlyList<WritingRow> rows, WritingStageResult reference, IReadOnlyList<WritingStageResult> shipped)
    {
        JsonSchema? schema = task.Kind == TaskKind.Extract ? JsonSchema.Of(task) : null;
        return
        [
            .. Enumerable.Range(0, rows.Count)
                .Where(row => rows[row].Text is { Length: <= MaxText }
                    && reference.Answers[row].Length > 0
                    && shipped.Append(reference).All(stage => stage.Ended[row] && stage.Answers[row] == reference.Answers[row])
                    && (schema is null || Follows(schema, reference.Answers[row])))
                .OrderByDescending(row => reference.Answers[row] == rows[row].Reference)
                .Take(Wanted)
                .Select(row => new GoldenExample(rows[row].Text!, reference.Answers[row], 1, 0)),
        ];
    }

    // A device writes documents under the schema's constraint: the same one only where the free answer is such a document, without white space.
    public static bool Follows(JsonSchema schema, string answer)
    {
        try
        {
            JsonElement document = JsonElement.Parse(answer);
            using var compact = new MemoryStream();
            using (var writer = new Utf8JsonWriter(compact, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            {
                document.WriteTo(writer);
            }

            return schema.FindViolation(document) is null && System.Text.Encoding.UTF8.GetString(compact.ToArray()) == answer;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
