using SlmEdge.Tasks;

namespace SlmEdge.Training.Evaluation;

/// <summary>Everything that an evaluation of written answers has found, row by row, for reports.</summary>
/// <param name="Result">The scores.</param>
/// <param name="Task">The task.</param>
/// <param name="DataFile">Where the rows came from.</param>
/// <param name="ModelName">The model that was scored.</param>
/// <param name="Rows">Every row with its answer, in the order of the file.</param>
public sealed record WritingOutcome(WritingResult Result, TaskDefinition Task, string DataFile, string ModelName, IReadOnlyList<WrittenRow> Rows);
