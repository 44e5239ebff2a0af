using System.IO.Compression;
using System.Text.Json;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Tasks.Data;

/// <summary>
/// Reads preferences from JSON Lines (also <c>.gz</c>): <c>prompt</c>, <c>chosen</c> and <c>rejected</c>, each a text or a list of messages; or,
/// without <c>prompt</c>, two dialogues that differ only in their last turn, as messages or in the transcribed form of hh-rlhf.
/// </summary>
public static class PreferenceReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="unusable">
    /// Told of each row that cannot be used because its dialogues differ before the last turn, its answers are the same, or a turn is empty; the
    /// row is left out. When null, such a row is an error.
    /// </param>
    /// <returns>The rows; at least one.</returns>
    /// <exception cref="DataFormatException">A row is malformed, or cannot be used. The message names the row.</exception>
    public static IReadOnlyList<PreferenceRow> Read(string path, Action<DataFormatException>? unusable = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var rows = new List<PreferenceRow>();
        using Stream stream = Open(path);
        foreach (JsonLine line in JsonLinesReader.Read(stream, path))
        {
            if (line.Value.ValueKind != JsonValueKind.Object)
            {
                throw new DataFormatException(path, line.Row, "the row has to be a JSON object with 'chosen' and 'rejected'");
            }

            var row = new JsonDataRow(path, line.Row, line.Value);
            (PreferenceRow? preference, string? flaw) = Parse(row);
            if (preference is not null)
            {
                rows.Add(preference);
            }
            else if (unusable is not null)
            {
                unusable(row.Error(flaw!));
            }
            else
            {
                throw row.Error(flaw!);
            }
        }

        return rows.Count > 0 ? rows : throw new DataFormatException(path, null, "there are no usable rows");
    }

    /// <summary>The row, or what makes it unusable.</summary>
    private static (PreferenceRow? Row, string? Flaw) Parse(JsonDataRow row)
    {
        List<ChatMessage> chosen = Turns(row, "chosen", "assistant");
        List<ChatMessage> rejected = Turns(row, "rejected", "assistant");
        List<ChatMessage> prompt;
        if (row.Value.TryGetProperty("prompt", out _))
        {
            prompt = Turns(row, "prompt", "user");
            if (chosen.Count != 1 || rejected.Count != 1)
            {
                throw row.Error("beside a 'prompt', 'chosen' and 'rejected' are one answer each; put the earlier turns into the prompt, or leave it out and give whole dialogues");
            }
        }
        else if (chosen.Count < 2 || rejected.Count < 2)
        {
            throw row.Error(
                "there is no 'prompt', so 'chosen' and 'rejected' have to be whole dialogues: messages, or texts whose turns begin with \"\\n\\nHuman:\" and \"\\n\\nAssistant:\"");
        }
        else
        {
            prompt = chosen[..^1];
            if (!prompt.SequenceEqual(rejected.SkipLast(1)))
            {
                int same = prompt.Zip(rejected.SkipLast(1)).TakeWhile(turn => turn.First == turn.Second).Count();
                return (null, $"the two dialogues already differ at turn {same + 1}, before their last; both answers have to follow the same prompt");
            }
        }

        if (chosen[^1].Role != "assistant" || rejected[^1].Role != "assistant" || prompt[^1].Role == "assistant")
        {
            throw row.Error("the prompt has to end with the user's turn, and 'chosen' and 'rejected' with the assistant's");
        }

        return prompt.Append(chosen[^1]).Append(rejected[^1]).Any(turn => string.IsNullOrWhiteSpace(turn.Content)) ? (null, "a turn of the dialogue is empty")
            : chosen[^1].Content == rejected[^1].Content ? (null, "'chosen' and 'rejected' are the same, so nothing is preferred")
            : (new PreferenceRow(prompt, chosen[^1], rejected[^1], row.File, row.Row), null);
    }

    /// <summary>A column as turns: a list of messages, a transcribed dialogue, or one turn of the role that a plain text has there.</summary>
    private static List<ChatMessage> Turns(JsonDataRow row, string column, string role)
    {
        if (row.Value.TryGetProperty(column, out JsonElement value) && value.ValueKind == JsonValueKind.Array)
        {
            var turns = new List<ChatMessage>();
            foreach (JsonElement item in value.EnumerateArray())
            {
                turns.Add(new ChatMessage(Text(row, item, "role", column, turns.Count), Text(row, item, "content", column, turns.Count)));
            }

            return turns.Count > 0 ? turns : throw row.Error($"'{column}' has no messages");
        }

        string text = row.Get(column);
        return TranscribedDialogue.Is(text) ? TranscribedDialogue.Parse(text) : [new ChatMessage(role, text)];
    }

    private static string Text(JsonDataRow row, JsonElement item, string key, string column, int index) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw row.Error($"{column}[{index}] needs a string '{key}'");

    private static Stream Open(string path)
    {
        try
        {
            FileStream file = File.OpenRead(path);
            return path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataFormatException(path, null, $"cannot be read: {e.Message}", e);
        }
    }
}
