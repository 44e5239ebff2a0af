namespace SlmEdge.Tasks.Prompts.Conversations;

/// <summary>Characters that the model has to write.</summary>
/// <param name="Start">First character.</param>
/// <param name="End">The position behind the last.</param>
internal readonly record struct LearnedSpan(int Start, int End);
