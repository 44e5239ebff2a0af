using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SlmEdge.Worker.Access;
using SlmEdge.Worker.Http;
using SlmEdge.Worker.Serving;
using SlmEdge.Worker.Storage;

namespace SlmEdge.Worker.Journal;

/// <summary><c>GET /v1/decisions?after=…&amp;limit=…</c>: what was decided. <c>POST /v1/feedback</c>: what it should have been.</summary>
internal sealed class JournalEndpoints(DecisionJournal journal, StateDatabase database, IServingEngine engine) : IEndpointGroup
{
    private const int MostEntries = 1000;
    private const int MostNoteCharacters = 4096;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/decisions", ListAsync).RequireRole(Role.Feedback);
        routes.MapPost("/v1/feedback", CorrectAsync).RequireRole(Role.Feedback);
    }

    private Task ListAsync(HttpContext context)
    {
        var after = Number(context, "after", 0, long.MaxValue, 0);
        var limit = Number(context, "limit", 1, MostEntries, 100);
        var newest = context.Request.Query["order"] == "newest";
        var entries = database.Read(connection => connection.List(
            newest
                ? "SELECT d.id, d.kind, d.body, (SELECT f.body FROM journal f WHERE f.subject = d.id AND f.kind = 'feedback' ORDER BY f.id DESC LIMIT 1) FROM journal d WHERE d.kind IN ('decision', 'answer') ORDER BY d.id DESC LIMIT $limit"
                : "SELECT d.id, d.kind, d.body, (SELECT f.body FROM journal f WHERE f.subject = d.id AND f.kind = 'feedback' ORDER BY f.id DESC LIMIT 1) FROM journal d WHERE d.id > $after AND d.kind IN ('decision', 'answer') ORDER BY d.id LIMIT $limit",
            row => (Id: row.GetInt64(0), Kind: row.GetString(1), Body: row.GetFieldValue<byte[]>(2), Feedback: row.IsDBNull(3) ? null : row.GetFieldValue<byte[]>(3)),
            ("$after", after),
            ("$limit", limit)));
        return JsonResponse.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("decisions");
            foreach (var (id, kind, body, feedback) in entries)
            {
                json.WriteStartObject();
                json.WriteNumber("id", id);
                json.WriteString("kind", kind);
                using var entry = JsonDocument.Parse(body);
                foreach (var field in entry.RootElement.EnumerateObject())
                {
                    field.WriteTo(json);
                }

                if (feedback is not null)
                {
                    json.WritePropertyName("feedback");
                    json.WriteRawValue(feedback);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("last", entries.Count == 0 ? after : entries.Max(entry => entry.Id));
            json.WriteEndObject();
        });
    }

    private async Task CorrectAsync(HttpContext context)
    {
        var (decision, label, note) = await JsonBody.ReadAsync(context, root => (
            root.TryGet("id", out var id) && id.ValueKind == JsonValueKind.Number && id.TryGetInt64(out var number)
                ? number
                : throw HttpProblem.Bad("missing-field", "Missing field", "The field 'id' (the decision's number) is missing.", "id"),
            root.FindText("label"),
            root.FindText("note"))).ConfigureAwait(false);
        if (note?.Length > MostNoteCharacters)
        {
            throw HttpProblem.Bad("note-too-long", "Note too long", $"The note has {note.Length} characters; at most {MostNoteCharacters} are kept.", "note");
        }

        var labels = engine.Bundle.Manifest.Task.Labels;
        if (label is not null && labels.Count > 0 && !labels.Any(known => known.Name == label))
        {
            throw HttpProblem.Bad("unknown-label", "Unknown label", $"The task has no label '{label}'.", "label");
        }

        var entry = await journal.RecordFeedbackAsync(decision, label, note, Caller.Of(context)?.Name).ConfigureAwait(false)
            ?? throw new HttpProblem(StatusCodes.Status404NotFound, "unknown-decision", "Unknown decision", $"The journal has no decision {decision}; it may have become too old.");
        await JsonResponse.WriteAsync(context, StatusCodes.Status201Created, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("id", entry);
            json.WriteNumber("decision", decision);
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    private static long Number(HttpContext context, string name, long least, long most, long otherwise)
    {
        if (context.Request.Query[name].ToString() is not { Length: > 0 } text)
        {
            return otherwise;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw HttpProblem.Bad("wrong-parameter", "Wrong parameter", $"'{name}' has to be a whole number from {least} to {most}, not '{text}'.", name);
    }
}
