using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Training.Evaluation;

/// <summary>A second model on the same rows, compared row by row: differences are the first model's score minus its.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Scores">Its scores.</param>
/// <param name="ExactMatchDifference">Interval of the difference of exact matches.</param>
/// <param name="ExactMatchPValue">Exact McNemar test on the rows that only one of them matches.</param>
/// <param name="RougeLDifference">Interval of the difference of ROUGE-L.</param>
/// <param name="FieldF1Difference">Interval of the difference of the field F1, of extraction tasks.</param>
public sealed record WritingRival(
    string Name, WritingScores Scores, ConfidenceInterval ExactMatchDifference, double ExactMatchPValue, ConfidenceInterval RougeLDifference, ConfidenceInterval? FieldF1Difference);
