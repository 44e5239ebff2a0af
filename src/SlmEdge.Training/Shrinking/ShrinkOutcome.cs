using System.Globalization;
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
    /// <summary>What was left out, for people.</summary>
    public string Description => string.Join("; ", new[]
    {
        Layers?.ToString(),
        KeptTokens is null ? null : string.Create(CultureInfo.InvariantCulture, $"{KeptTokens.Count} of {TokensBefore} tokens kept"),
    }.OfType<string>());
}
