namespace SlmEdge.Tasks.Data;

/// <summary>A dialogue to learn from.</summary>
/// <param name="Messages">The turns: at most one of the system, first; the last is the assistant's.</param>
/// <param name="File">The file it was read from.</param>
/// <param name="Row">The row, counted from 1.</param>
public sealed record MessagesRow(IReadOnlyList<ChatMessage> Messages, string File, long Row);
