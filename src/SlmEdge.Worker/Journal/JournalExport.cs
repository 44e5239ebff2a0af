using System.Text.Json;
using Microsoft.Data.Sqlite;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Journal;

/// <summary>Writes the decisions that a next training can learn from as rows for the trainer.</summary>
public static class JournalExport
{
    /// <summary>
    /// Writes entries of every kind in their order, one JSON object a line: <c>id</c>, <c>kind</c>, what was recorded, and <c>hash</c> in lower-case hex.
    /// </summary>
    /// <param name="path">The service's database.</param>
    /// <param name="output">Where to.</param>
    /// <param name="newest">Only so many of the newest; null for all.</param>
    /// <returns>How many were written.</returns>
    /// <exception cref="WorkerException">The file cannot be read.</exception>
    public static long WriteEntries(string path, Stream output, long? newest = null) => JournalFile.Read(path, connection =>
    {
        ArgumentNullException.ThrowIfNull(output);
        var written = 0L;
        using var command = connection.Command(
            "SELECT id, kind, body, hash FROM (SELECT * FROM journal ORDER BY id DESC LIMIT $newest) ORDER BY id", ("$newest", newest ?? -1));
        using var row = command.ExecuteReader();
        using var json = new Utf8JsonWriter(output, JsonResponse.WriterOptions);
        while (row.Read())
        {
            using var body = JsonDocument.Parse(row.GetFieldValue<byte[]>(2));
            json.WriteStartObject();
            json.WriteNumber("id", row.GetInt64(0));
            json.WriteString("kind", row.GetString(1));
            foreach (var field in body.RootElement.EnumerateObject())
            {
                // A removal holds a hash itself: the one before what is left.
                json.WritePropertyName(field.NameEquals("hash") ? "throughHash" : field.Name);
                field.Value.WriteTo(json);
            }

            json.WriteString("hash", Convert.ToHexStringLower(row.GetFieldValue<byte[]>(3)));
            json.WriteEndObject();
            json.Flush();
            json.Reset();
            output.WriteByte((byte)'\n');
            written++;
        }

        return written;
    });

    /// <summary>
    /// Writes the corrected decisions with their right label, and the uncertain ones with the label that was given, one JSON object a line:
    /// <c>text</c>, <c>label</c>, <c>reason</c> (<c>corrected</c>, <c>confirmed</c> or <c>uncertain</c>), <c>confidence</c>, <c>id</c>.
    /// </summary>
    /// <param name="path">The service's database.</param>
    /// <param name="output">Where to.</param>
    /// <param name="below">A decision is uncertain whose confidence is below this.</param>
    /// <param name="margin">Or whose two best labels are closer than this.</param>
    /// <returns>How many rows were written, and how many decisions were left out because the journal does not keep texts.</returns>
    /// <exception cref="WorkerException">The file cannot be read.</exception>
    public static (long Written, long WithoutText) WriteHard(string path, Stream output, double below, double margin) => JournalFile.Read(path, connection =>
    {
        ArgumentNullException.ThrowIfNull(output);
        var written = 0L;
        var withoutText = 0L;
        using var command = connection.Command(
            "SELECT d.id, d.body, (SELECT f.body FROM journal f WHERE f.subject = d.id AND f.kind = 'feedback' ORDER BY f.id DESC LIMIT 1) FROM journal d WHERE d.kind = 'decision' ORDER BY d.id");
        using var row = command.ExecuteReader();
        using var json = new Utf8JsonWriter(output, JsonResponse.WriterOptions);
        while (row.Read())
        {
            using var decision = JsonDocument.Parse(row.GetFieldValue<byte[]>(1));
            using var feedback = row.IsDBNull(2) ? null : JsonDocument.Parse(row.GetFieldValue<byte[]>(2));
            var body = decision.RootElement;
            var corrected = feedback?.RootElement.GetProperty("label").GetString();
            var best = body.GetProperty("scores").EnumerateObject().Select(score => (score.Name, Probability: score.Value.GetDouble())).OrderByDescending(score => score.Probability).Take(2).ToArray();
            var uncertain = best.Length > 0 && (best[0].Probability < below || (best.Length > 1 && best[0].Probability - best[1].Probability < margin));
            if (corrected is null && !uncertain)
            {
                continue;
            }

            if (!body.TryGetProperty("text", out var text))
            {
                withoutText++;
                continue;
            }

            json.WriteStartObject();
            json.WriteString("text", text.GetString());
            json.WriteString("label", corrected ?? best[0].Name);
            json.WriteString("reason", corrected is null ? "uncertain" : corrected == best[0].Name ? "confirmed" : "corrected");
            json.WriteNumber("confidence", body.GetProperty("confidence").GetDouble());
            json.WriteNumber("id", row.GetInt64(0));
            json.WriteEndObject();
            json.Flush();
            json.Reset();
            output.WriteByte((byte)'\n');
            written++;
        }

        return (written, withoutText);
    });
}
