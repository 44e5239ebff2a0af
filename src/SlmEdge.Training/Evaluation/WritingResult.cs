namespace SlmEdge.Training.Evaluation;

/// <summary>Scores of a model on rows of a task that writes text.</summary>
/// <param name="Scores">The scores.</param>
/// <param name="Rows">Rows scored.</param>
/// <param name="RowsPerSecond">Speed of writing on this machine, in the trainer.</param>
public sealed record WritingResult(WritingScores Scores, int Rows, double RowsPerSecond)
{
    /// <summary>The second model; null when none was given.</summary>
    public WritingRival? Against { get; init; }

    /// <summary>What training has cost on general text; null when none was given.</summary>
    public ForgettingResult? Forgetting { get; init; }
}
