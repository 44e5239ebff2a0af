using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.Runs;

namespace SlmEdge.Training.FineTuning;

/// <summary>What the record of a run says of its rows and of what is asked.</summary>
/// <param name="Task">The task, where there is one.</param>
/// <param name="Codes">The codes of the labels, of a classification whose verbalizer is <c>code</c>.</param>
/// <param name="PromptSha256">Identity of the rendering.</param>
/// <param name="TrainRows">Rows trained on.</param>
/// <param name="ValidationRows">Rows validated on.</param>
/// <param name="Settings">The objective's own settings that decide the course of the run.</param>
internal sealed record RunSubject(
    TaskDefinition? Task, IReadOnlyList<LabelCode>? Codes, string PromptSha256, int TrainRows, int ValidationRows, object Settings)
{
    /// <summary>Finds on the validation rows from which probability on the trained model's labels count; null where a text has one label, or the task says it.</summary>
    public Func<CancellationToken, double>? LabelThreshold { get; init; }

    /// <summary>Lets the trained model answer some validation rows; null of tasks that write no text.</summary>
    public Func<CancellationToken, IReadOnlyList<WrittenSample>>? Samples { get; init; }
}
