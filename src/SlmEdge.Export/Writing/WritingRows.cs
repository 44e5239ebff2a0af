using SlmEdge.Bundles;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Export.Writing;

/// <summary>Reads held-out rows of tasks that write text, with the prompts that the trainer renders.</summary>
internal static class WritingRows
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="Formats.JsonLines.DataFormatException">A row is malformed; the message names it.</exception>
    public static IReadOnlyList<WritingRow> Read(string file, TaskDefinition task, ReaderOptions columns) => task.Kind switch
    {
        TaskKind.Generate =>
        [
            .. InstructionReader.Read(file, task.Instruction, columns).Select(row => new WritingRow(
                row.Instruction == task.Instruction && row.Input.Trim().Length > 0 ? row.Input : null, row.Output.Trim(), prompt => prompt.Encode(row.Instruction, row.Input))),
        ],
        TaskKind.Extract =>
        [
            .. ExtractionReader.Read(file, task, columns).Select(row => new WritingRow(row.Text, row.Output.Trim(), prompt => prompt.Encode(task.Instruction, row.Text))),
        ],
        TaskKind.Chat => [.. MessagesReader.Read(file, columns).Select(row => Dialogue([.. row.Messages.SkipLast(1)], row.Messages[^1].Content.Trim(), task))],
        _ => throw new ExportException($"A task of kind '{task.Kind}' writes no text."),
    };

    /// <summary>The row of a golden example: the text as a device is given it.</summary>
    public static WritingRow Of(TaskDefinition task, GoldenExample golden) => task.Kind == TaskKind.Chat
        ? Dialogue([new ChatMessage("user", golden.Text)], golden.Label, task)
        : new WritingRow(golden.Text, golden.Label, prompt => prompt.Encode(task.Instruction, golden.Text));

    private static WritingRow Dialogue(IReadOnlyList<ChatMessage> turns, string answer, TaskDefinition task)
    {
        // As in training, the task's instruction is the system turn where the dialogue has none of its own.
        bool own = turns.Count > 0 && turns[0].Role == "system";
        ChatMessage[] asked = [.. task.Instruction.Length > 0 && !own ? [new ChatMessage("system", task.Instruction)] : Array.Empty<ChatMessage>(), .. turns];
        return new WritingRow(turns is [{ Role: "user" } only] ? only.Content : null, answer, prompt => prompt.EncodePrompt(asked));
    }
}
