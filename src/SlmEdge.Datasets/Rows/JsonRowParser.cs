using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Unicode;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Datasets.Rows;

/// <summary>Rows of JSON Lines, each of which says for itself what it is.</summary>
internal sealed class JsonRowParser(DatasetOptions options) : RowParser(options)
{
    // Two equal names, or half a surrogate pair, are refused by the trainer's reader too.
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    private const int MostShapes = 500;

    // The rows of a file have few shapes; naming one anew for each row takes longer than the rest of the row.
    private readonly ConcurrentDictionary<string, string> _columns = new(StringComparer.Ordinal);

    public DatasetRow Parse(ReadOnlyMemory<byte> record, long row)
    {
        ReadOnlySpan<byte> bytes = record.Span;
        if (IsBlank(bytes))
        {
            return new DatasetRow { Row = row, Blank = true };
        }

        if (!Utf8.IsValid(bytes))
        {
            return Bad(row, "the row is not valid UTF-8; save the file as UTF-8");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(record, Strict);
            JsonElement value = document.RootElement;
            return value.ValueKind switch
            {
                JsonValueKind.Object => Parse(value, row),
                JsonValueKind.Array => Bad(row, "the row is a JSON array; write one object on each line (JSON Lines), such as {\"text\": \"…\", \"label\": \"…\"}"),
                _ => Bad(row, $"the row has to be a JSON object, not a {Name(value.ValueKind)}"),
            };
        }
        catch (JsonException exception)
        {
            return Bad(row, $"the row is not a JSON value: {exception.Message}");
        }
        catch (InvalidOperationException)
        {
            return Bad(row, "the row is not a JSON value: a string holds half a surrogate pair");
        }
    }

    public static bool IsBlank(ReadOnlySpan<byte> record) => record.IndexOfAnyExcept(" \t\r\n"u8) < 0;

    private DatasetRow Parse(JsonElement value, long row)
    {
        string columns = ColumnsOf(value);
        if (Find(value, Options.GroupColumn, out string? group, scalar: true) is { } wrong)
        {
            return Bad(row, wrong, columns);
        }

        string? fault;
        if (value.TryGetProperty(Options.TextColumn, out _))
        {
            fault = Find(value, Options.TextColumn, out string? text) ?? FindLabel(value, out _, out _);
            FindLabel(value, out string? label, out bool several);
            return fault is null ? Labelled(row, text ?? "", label, group, columns, several) : Bad(row, fault, columns);
        }

        var segments = new List<RowSegment>();
        if (value.TryGetProperty("messages", out JsonElement messages))
        {
            fault = AddTurns(messages, "messages", null, segments);
            fault ??= segments.Count > 0 && segments[^1].Supervised ? null : "the last message has to be the assistant's: it is what is learned";
            return fault is null ? Other(row, RowKind.Messages, segments, group, columns) : Bad(row, fault, columns);
        }

        if (value.TryGetProperty("output", out _))
        {
            fault = AddText(value, "instruction", false, segments) ?? AddText(value, "input", false, segments) ?? AddText(value, "output", true, segments);
            return fault is null ? Other(row, RowKind.Instruction, segments, group, columns) : Bad(row, fault, columns);
        }

        if (value.TryGetProperty("chosen", out _))
        {
            fault = AddText(value, "prompt", false, segments) ?? AddText(value, "chosen", true, segments) ?? AddText(value, "rejected", true, segments);
            return fault is null ? Other(row, RowKind.Preference, segments, group, columns) : Bad(row, fault, columns);
        }

        return Bad(row, NoKnownColumn(value.EnumerateObject().Select(property => property.Name)), columns);
    }

    /// <summary>A label, or a list of them, as rows of multi-label tasks have.</summary>
    private string? FindLabel(JsonElement row, out string? label, out bool several)
    {
        several = Options.LabelColumn is { } column && row.TryGetProperty(column, out JsonElement found) && found.ValueKind == JsonValueKind.Array;
        if (!several)
        {
            return Find(row, Options.LabelColumn, out label);
        }

        label = null;
        var names = new List<string>();
        foreach (JsonElement item in row.GetProperty(Options.LabelColumn).EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String)
            {
                return $"'{Options.LabelColumn}' has to be a list of strings; one value is a {Name(item.ValueKind)}";
            }

            names.Add(item.GetString()!.Trim());
        }

        // The order in which they are named does not matter: it is the same set.
        label = string.Join(LabelledTextReader.Separator, names.Order(StringComparer.Ordinal));
        return null;
    }

    private string ColumnsOf(JsonElement value)
    {
        var shape = new DefaultInterpolatedStringHandler(0, 0);
        foreach (JsonProperty property in value.EnumerateObject())
        {
            shape.AppendLiteral(property.Name);
            shape.AppendFormatted((char)('\u0001' + (int)property.Value.ValueKind));
        }

        string key = shape.ToStringAndClear();
        if (_columns.TryGetValue(key, out string? columns))
        {
            return columns;
        }

        columns = string.Join(DatasetRow.ColumnSeparator, value.EnumerateObject().Select(property => $"{property.Name}:{Name(property.Value.ValueKind)}").Order(StringComparer.Ordinal));
        if (_columns.Count < MostShapes)
        {
            _columns.TryAdd(key, columns);
        }

        return columns;
    }

    /// <summary>A string, or a list of turns in its place.</summary>
    private static string? AddText(JsonElement row, string column, bool supervised, List<RowSegment> segments)
    {
        if (row.TryGetProperty(column, out JsonElement found) && found.ValueKind == JsonValueKind.Array)
        {
            return AddTurns(found, column, supervised, segments);
        }

        string? fault = Find(row, column, out string? text);
        segments.Add(new RowSegment(text ?? "", supervised));
        return fault;
    }

    private static string? AddTurns(JsonElement array, string column, bool? supervised, List<RowSegment> segments)
    {
        if (array.ValueKind != JsonValueKind.Array)
        {
            return $"'{column}' has to be an array, not {Name(array.ValueKind)}";
        }

        int turn = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            string at = $"{column}[{turn++}]";
            if (item.ValueKind != JsonValueKind.Object || !IsText(item, "role", out string role) || !IsText(item, "content", out string content))
            {
                return $"{at} needs a string 'role' and a string 'content'";
            }

            if (!IsRole(role))
            {
                return $"{at}.role is '{role}'; use system, user or assistant, or tool or function where the chat template knows them";
            }

            if (role == "system" && turn > 1)
            {
                return $"{at} is of the system; only the first turn may be";
            }

            if (string.IsNullOrWhiteSpace(content))
            {
                return $"{at}.content is empty";
            }

            segments.Add(new RowSegment(content, supervised ?? role == "assistant"));
        }

        return null;
    }

    private static bool IsText(JsonElement item, string key, out string text)
    {
        bool found = item.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String;
        text = found ? value.GetString()! : "";
        return found;
    }

    private static string? Find(JsonElement row, string? column, out string? value, bool scalar = false)
    {
        value = null;
        if (column is null || !row.TryGetProperty(column, out JsonElement found))
        {
            return null;
        }

        switch (found.ValueKind)
        {
            case JsonValueKind.String:
                value = found.GetString();
                return null;
            case JsonValueKind.Null:
                value = "";
                return null;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False when scalar:
                value = found.GetRawText();
                return null;
            default:
                return $"'{column}' has to be a string, not {Name(found.ValueKind)}";
        }
    }

    private static string Name(JsonValueKind kind) => kind is JsonValueKind.True or JsonValueKind.False ? "boolean" : kind.ToString().ToLowerInvariant();
}
