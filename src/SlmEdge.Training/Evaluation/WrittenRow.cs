namespace SlmEdge.Training.Evaluation;

/// <summary>A row and what was written for it.</summary>
/// <param name="Row">The row in its file, from 1.</param>
/// <param name="Question">What was asked.</param>
/// <param name="Reference">The wanted answer.</param>
/// <param name="Answer">The model's answer.</param>
/// <param name="Exact">Whether it is the wanted one.</param>
/// <param name="RougeL">Its ROUGE-L.</param>
/// <param name="AgainstAnswer">The second model's answer; null when none was given.</param>
public sealed record WrittenRow(long Row, string Question, string Reference, string Answer, bool Exact, double RougeL, string? AgainstAnswer);
