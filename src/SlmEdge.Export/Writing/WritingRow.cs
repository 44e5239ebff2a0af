using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Export.Writing;

/// <summary>A held-out row of a task that writes text.</summary>
/// <param name="Text">What a device would be given; null where the row is more than one text, such as a dialogue.</param>
/// <param name="Reference">The wanted answer.</param>
/// <param name="Encode">The row's prompt.</param>
internal sealed record WritingRow(string? Text, string Reference, Func<GenerationPrompt, int[]> Encode);
