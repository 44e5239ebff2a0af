using SlmEdge.Tasks;

namespace SlmEdge.Export.Writing;

/// <summary>Everything that was measured about one export of a task that writes text.</summary>
/// <param name="Title">The model's name.</param>
/// <param name="Task">The task.</param>
/// <param name="DataFile">File of the held-out rows.</param>
/// <param name="Texts">What was asked, for people; null where a row is more than one text.</param>
/// <param name="References">The wanted answers.</param>
/// <param name="Stages">The stages in the order of the pipeline.</param>
/// <param name="Reference">The stage that the others are compared with; one of <paramref name="Stages"/>.</param>
/// <param name="Recommended">The stage that a device runs by default.</param>
/// <param name="CreatedUtc">When.</param>
/// <param name="Machine">On what.</param>
public sealed record WritingProof(
    string Title,
    TaskDefinition Task,
    string DataFile,
    IReadOnlyList<string?> Texts,
    IReadOnlyList<string> References,
    IReadOnlyList<WritingStageResult> Stages,
    WritingStageResult Reference,
    WritingStageResult Recommended,
    DateTime CreatedUtc,
    string Machine);
