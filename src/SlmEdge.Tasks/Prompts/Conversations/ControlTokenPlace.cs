namespace SlmEdge.Tasks.Prompts.Conversations;

/// <summary>A control token in a rendered conversation.</summary>
/// <param name="Start">First character.</param>
/// <param name="End">The position behind the last.</param>
/// <param name="Token">The token.</param>
internal readonly record struct ControlTokenPlace(int Start, int End, ControlToken Token);
