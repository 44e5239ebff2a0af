using System.Globalization;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Training.Shrinking;

/// <summary>What a model became.</summary>
/// <param name="Directory">The new model's folder.</param>
/// <param name="Layers">Which blocks stayed; null where none were to go.</param>
/// <param name="KeptTokens">The old ids of the tokens that stayed, by new id; null where the vocabulary is whole.</param>
/// <param name="TokensBefore">Rows of the embedding before.</param>
/// <param name="Codes">The tokens of the task's labels in the new ids; empty without a task, or where labels go by name.</param>
/// <param name="PromptSha256">Identity of the task's prompt in the new ids; null without a classification.</param>
public sealed record ShrinkOutcome(
    string Directory, LayerChoice? Layers, IReadOnlyList<int>? KeptTokens, int TokensBefore, IReadOnlyList<LabelCode> Codes, string? PromptSha256)
{
    /// <summary>The task as this model is asked, with the same labels, where its prompt is another than the trained model's; null where it is not.</summary>
    public TaskDefinition? Task { get; init; }

    /// <summary>What was left out, for people.</summary>
    public string Description => string.Join("; ", new[]
    {
        Layers?.ToString(),
        Task is null ? null : "labels no longer listed in the prompt",
        KeptTokens is null ? null : string.Create(CultureInfo.InvariantCulture, $"{KeptTokens.Count} of {TokensBefore} tokens kept"),
    }.OfType<string>());
}
