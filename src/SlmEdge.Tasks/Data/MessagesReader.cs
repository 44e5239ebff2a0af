using System.Text.Json;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Tasks.Data;

/// <summary>Reads dialogues (<c>messages</c> with <c>role</c> and <c>content</c>) from JSON Lines.</summary>
public static class MessagesReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <returns>All rows; at least one.</returns>
    /// <exception cref="DataFormatException">A row is malformed or does not end with the assistant's turn. The message names the row.</exception>
    public static IReadOnlyList<MessagesRow> Read(string path, ReaderOptions? options = null)
    {
        var rows = new List<MessagesRow>();
        foreach (DataRow row in DataRows.Read(path, (options ?? new ReaderOptions()).MaxRowBytes))
        {
            if (row is not JsonDataRow json)
            {
                throw new DataFormatException(path, null, "dialogues are read from JSON Lines, not from CSV");
            }

            if (!json.Value.TryGetProperty("messages", out JsonElement array))
            {
                throw row.Error($"there is no column 'messages'; the columns are: {string.Join(", ", row.Columns)}");
            }

            rows.Add(new MessagesRow(Messages(row, array), path, row.Row));
        }

        return rows.Count > 0 ? rows : throw new DataFormatException(path, null, "there are no rows");
    }

    private static List<ChatMessage> Messages(DataRow row, JsonElement array)
    {
        if (array.ValueKind != JsonValueKind.Array)
        {
            throw row.Error($"'messages' has to be an array, not {array.ValueKind.ToString().ToLowerInvariant()}");
        }

        var messages = new List<ChatMessage>();
        foreach (JsonElement item in array.EnumerateArray())
        {
            string at = $"messages[{messages.Count}]";
            string role = Text(row, item, "role", at);
            if (IsSet(item, "tool_calls") || IsSet(item, "function_call"))
            {
                throw row.Error($"{at}, of role '{role}', calls tools in a field of its own, which is not read; write the call into its content, in the words that the chat template makes of it");
            }

            string content = Text(row, item, "content", at);
            if (role is not ("system" or "user" or "assistant" or "tool" or "function"))
            {
                throw row.Error($"{at}.role is '{role}'; use system, user or assistant, or tool or function where the chat template knows them");
            }

            if (role == "system" && messages.Count > 0)
            {
                throw row.Error($"{at} is of the system; only the first turn may be");
            }

            if (string.IsNullOrWhiteSpace(content))
            {
                throw row.Error($"{at}.content is empty");
            }

            messages.Add(new ChatMessage(role, content));
        }

        return messages.Count > 0 && messages[^1].Role == "assistant"
            ? messages
            : throw row.Error("the last message has to be the assistant's: it is what is learned");
    }

    private static bool IsSet(JsonElement item, string key) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(key, out JsonElement value)
        && !(value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined || (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0));

    private static string Text(DataRow row, JsonElement item, string key, string at) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw row.Error($"{at} needs a string '{key}'");
}
