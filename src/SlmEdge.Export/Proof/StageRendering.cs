using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Export.Proof;

/// <summary>How a stage with a vocabulary of its own is asked.</summary>
/// <param name="Codes">The tokens of the labels in its ids; empty where labels go by name.</param>
/// <param name="PromptSha256">Identity of the prompt in its ids.</param>
public sealed record StageRendering(IReadOnlyList<LabelCode> Codes, string? PromptSha256)
{
    /// <summary>The task as the stage is asked, with the same labels; null where that is the trained model's.</summary>
    public TaskDefinition? Task { get; init; }
}
