using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Training.FineTuning;

/// <summary>Reads and renders the rows of tasks that write text: <c>generate</c>, <c>extract</c>, <c>chat</c>.</summary>
/// <param name="task">The task.</param>
/// <param name="prompt">The rendering for the base model.</param>
/// <param name="maxLength">Most tokens of prompt and answer.</param>
/// <param name="reader">Columns and limits.</param>
internal sealed class WritingRows(TaskDefinition task, GenerationPrompt prompt, int maxLength, ReaderOptions reader)
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="DataFormatException">A row is malformed, too long, refused by the chat template, or supervises nothing; the message names it.</exception>
    /// <exception cref="TaskDefinitionException">The base has no chat template, or the task's schema has rules that are not supported.</exception>
    public IReadOnlyList<WritingRow> Read(string file) => task.Kind switch
    {
        TaskKind.Generate => [.. InstructionReader.Read(file, task.Instruction, reader).Select(r => Answered(r.Instruction, r.Input, r.Output, r.File, r.Row))],
        TaskKind.Extract => [.. ExtractionReader.Read(file, task, reader).Select(r => Answered(task.Instruction, r.Text, r.Output, r.File, r.Row))],
        TaskKind.Chat => [.. MessagesReader.Read(file, reader).Select(Dialogue)],
        _ => throw new TrainingException($"A task of kind {task.Kind} writes no text."),
    };

    /// <summary>Holds out a share of the rows, at least one.</summary>
    public static (T[] Train, T[] Valid) Split<T>(IReadOnlyList<T> rows, double share, long seed)
    {
        T[] shuffled = [.. rows];
        new Random((int)(seed ^ (seed >> 32))).Shuffle(shuffled);
        var held = Math.Max(1, (int)Math.Round(shuffled.Length * share));
        return (shuffled[held..], shuffled[..held]);
    }

    private WritingRow Answered(string instruction, string input, string output, string file, long row) => RenderedRow.Of(file, row, () =>
    {
        var question = prompt.Encode(instruction, input);
        var answer = prompt.EncodeAnswer(output);
        CheckLength(question.Length + answer.Length, file, row);
        return new WritingRow(
            question, SupervisedExample.OfAnswer(question, answer, ..0, -1, file, row), input.Length > 0 && instruction == task.Instruction ? input.Trim() : $"{instruction}\n\n{input}".Trim(), output.Trim());
    });

    private WritingRow Dialogue(MessagesRow row) => RenderedRow.Of(row.File, row.Row, () =>
    {
        // The task's instruction is the dialogue's system turn where it has none of its own.
        IReadOnlyList<ChatMessage> messages = task.Instruction.Length > 0 && row.Messages[0].Role != "system"
            ? [new ChatMessage("system", task.Instruction), .. row.Messages]
            : row.Messages;
        var (tokens, supervised) = prompt.EncodeMessages(messages);
        CheckLength(tokens.Length, row.File, row.Row);
        var example = SupervisedExample.OfMask(tokens, supervised, row.File, row.Row);
        ChatMessage[] asked = [.. messages.SkipLast(1)];
        return example.Targets.Length == 0
            ? throw new DataFormatException(row.File, row.Row, "the chat template leaves no token of the row to be learned; remove the row")
            : new WritingRow(prompt.EncodePrompt(asked), example, string.Join("\n", row.Messages.SkipLast(1).Select(m => $"{m.Role}: {m.Content}")), messages[^1].Content.Trim());
    });

    private void CheckLength(int tokens, string file, long row)
    {
        if (tokens > maxLength)
        {
            throw new DataFormatException(
                file, row, $"the row renders to {tokens} tokens, more than the {maxLength} that fit; shorten it, or raise --max-length where the model's context allows");
        }
    }
}
