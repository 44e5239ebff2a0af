namespace SlmEdge.Tasks.Data;

/// <summary>Two answers to one prompt, of which one was preferred.</summary>
/// <param name="Prompt">The turns before the answers; at least one.</param>
/// <param name="Chosen">The preferred answer: the assistant's turn.</param>
/// <param name="Rejected">The other answer: the assistant's turn.</param>
/// <param name="File">The file it was read from.</param>
/// <param name="Row">The row, counted from 1.</param>
public sealed record PreferenceRow(IReadOnlyList<ChatMessage> Prompt, ChatMessage Chosen, ChatMessage Rejected, string File, long Row);
