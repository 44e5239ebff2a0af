using System.Text.Json;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Teachers.Distillation;

/// <summary>Reads rows that are to be answered: texts of a classification, instructions with inputs, dialogues, or plain prompts.</summary>
internal static class PromptRows
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="DataFormatException">A row is malformed or there is none. The message names it.</exception>
    public static IReadOnlyList<PromptRow> Read(string path, TaskDefinition? task, string textColumn)
    {
        if (task?.Kind == TaskKind.Classify)
        {
            var texts = LabelledTextReader.ReadTexts(path, new ReaderOptions { TextColumn = textColumn });
            return NotEmpty(path, [.. texts.Select(text => new PromptRow(PromptKind.Text, text.Row, task.Instruction, text.Text, []))]);
        }

        try
        {
            return NotEmpty(path, [.. JsonLinesReader.Read(path).Select(line => Parse(path, line, task, textColumn))]);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataFormatException(path, null, "does not exist", e);
        }
    }

    private static IReadOnlyList<PromptRow> NotEmpty(string path, PromptRow[] rows) =>
        rows.Length > 0 ? rows : throw new DataFormatException(path, null, "there are no rows");

    private static PromptRow Parse(string path, JsonLine line, TaskDefinition? task, string textColumn)
    {
        if (line.Value.ValueKind != JsonValueKind.Object)
        {
            throw Error("the row has to be a JSON object");
        }

        if (line.Value.TryGetProperty("messages", out var messages))
        {
            return Dialogue(Turns(messages, "messages"));
        }

        if (line.Value.TryGetProperty("prompt", out var prompt))
        {
            return Dialogue(prompt.ValueKind == JsonValueKind.Array ? Turns(prompt, "prompt") : [new ChatMessage("user", Text("prompt"))]);
        }

        var instruction = Optional("instruction") is { Length: > 0 } own ? own : task?.Instruction;
        var input = Optional("input") is { Length: > 0 } given ? given : Optional(textColumn) ?? string.Empty;
        return string.IsNullOrWhiteSpace(instruction)
            ? throw Error($"there is nothing to ask: the row needs 'messages', 'prompt' or 'instruction' (it has {string.Join(", ", line.Value.EnumerateObject().Select(p => p.Name))}), or the command a --task")
            : new PromptRow(PromptKind.Instruction, line.Row, instruction, input, []);

        PromptRow Dialogue(List<ChatMessage> turns)
        {
            // Rows that were made to learn from end with an answer; the teacher gives another.
            while (turns.Count > 0 && turns[^1].Role == "assistant")
            {
                turns.RemoveAt(turns.Count - 1);
            }

            return turns.Count > 0 && turns[^1].Role == "user"
                ? new PromptRow(PromptKind.Messages, line.Row, string.Empty, string.Empty, turns)
                : throw Error("the dialogue has no turn of the user to be answered");
        }

        List<ChatMessage> Turns(JsonElement array, string column)
        {
            if (array.ValueKind != JsonValueKind.Array)
            {
                throw Error($"'{column}' has to be a list of messages");
            }

            var turns = new List<ChatMessage>();
            foreach (var item in array.EnumerateArray())
            {
                turns.Add(item.ValueKind == JsonValueKind.Object
                    && item.TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String && role.GetString() is "system" or "user" or "assistant"
                    && item.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(content.GetString())
                        ? new ChatMessage(role.GetString()!, content.GetString()!)
                        : throw Error($"{column}[{turns.Count}] needs a 'role' (system, user or assistant) and a 'content' that is not empty"));
            }

            return turns;
        }

        string? Optional(string column) => line.Value.TryGetProperty(column, out var value) && value.ValueKind != JsonValueKind.Null
            ? value.ValueKind == JsonValueKind.String ? value.GetString() : throw Error($"'{column}' has to be a text")
            : null;

        string Text(string column) => Optional(column) is { } text && !string.IsNullOrWhiteSpace(text) ? text : throw Error($"'{column}' is empty");

        DataFormatException Error(string message) => new(path, line.Row, message);
    }
}
