using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Training.Evaluation;

/// <summary>Everything an evaluation has found, row by row, for reports.</summary>
/// <param name="Result">The scores.</param>
/// <param name="Task">The task.</param>
/// <param name="DataFile">Where the rows came from.</param>
/// <param name="ModelName">The model that was scored.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Truth">True label of each row.</param>
/// <param name="Decided">Decision for each row.</param>
/// <param name="LogProbs">Log-probabilities, <c>[rows, labels]</c>.</param>
/// <param name="Report">Counts behind the scores.</param>
public sealed record EvaluationOutcome(
    EvaluationResult Result,
    TaskDefinition Task,
    string DataFile,
    string ModelName,
    IReadOnlyList<LabelledText> Rows,
    int[] Truth,
    int[] Decided,
    float[] LogProbs,
    ClassificationReport Report);
