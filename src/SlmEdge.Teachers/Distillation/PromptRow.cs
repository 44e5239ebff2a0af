using SlmEdge.Tasks.Data;

namespace SlmEdge.Teachers.Distillation;

/// <summary>A row that is to be answered.</summary>
/// <param name="Kind">Its shape.</param>
/// <param name="Row">The row in the file, from 1.</param>
/// <param name="Instruction">The instruction; of a text the task's.</param>
/// <param name="Input">The input, or the text.</param>
/// <param name="Messages">The turns of a dialogue; empty otherwise.</param>
internal sealed record PromptRow(PromptKind Kind, long Row, string Instruction, string Input, IReadOnlyList<ChatMessage> Messages)
{
    /// <summary>The row as a question to a chat model.</summary>
    public IReadOnlyList<ChatMessage> Question => Kind == PromptKind.Messages
        ? Messages
        : [new ChatMessage("user", Input.Length > 0 ? $"{Instruction}\n\n{Input}" : Instruction)];
}
