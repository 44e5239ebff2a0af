using SlmEdge.Teachers.Keeping;

namespace SlmEdge.Teachers.Synthesis;

/// <summary>Outcome of a run.</summary>
/// <param name="Output">The new rows.</param>
/// <param name="RejectedFile">The rejected texts with their reasons; null when there are none.</param>
/// <param name="Kept">Rows that were kept.</param>
/// <param name="Wanted">Rows that were asked for.</param>
/// <param name="Labels">Kept rows of each label.</param>
/// <param name="Rejected">Rejected texts of each reason.</param>
/// <param name="FailedQuestions">Questions that gave no text.</param>
/// <param name="FirstFailure">Why the first of them gave none.</param>
/// <param name="UnseededLabels">Labels that nothing was asked for because they have no real text.</param>
/// <param name="Usage">Questions and tokens.</param>
public sealed record SynthResult(
    string Output,
    string? RejectedFile,
    int Kept,
    int Wanted,
    IReadOnlyDictionary<string, int> Labels,
    IReadOnlyDictionary<RejectionReason, int> Rejected,
    int FailedQuestions,
    string? FirstFailure,
    IReadOnlyList<string> UnseededLabels,
    TeacherUsage Usage);
