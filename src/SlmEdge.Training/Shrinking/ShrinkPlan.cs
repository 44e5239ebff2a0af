using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Training.Shrinking;

/// <summary>What is to be left out of a model.</summary>
public sealed record ShrinkPlan
{
    /// <summary>How many blocks stay; null keeps all.</summary>
    public int? KeepLayers { get; init; }

    /// <summary>Texts to choose the blocks by, rendered with <see cref="Task"/> where there is one. May be empty.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>The domain's texts, whose tokens stay as they are; null keeps the whole vocabulary.</summary>
    public IReadOnlyList<string>? Corpus { get; init; }

    /// <summary>The task, whose prompt and labels keep their tokens; null where the model has none yet.</summary>
    public TaskDefinition? Task { get; init; }

    /// <summary>The tokens that stand for the task's labels, in the ids of the whole vocabulary; null chooses them as the trainer would.</summary>
    public IReadOnlyList<LabelCode>? Codes { get; init; }
}
