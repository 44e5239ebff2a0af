using SlmEdge.Teachers.Keeping;

namespace SlmEdge.Teachers.Distillation;

/// <summary>Outcome of a run.</summary>
/// <param name="Output">The rows to learn from.</param>
/// <param name="Failures">The failed rows; null when there are none.</param>
/// <param name="Asked">Rows that were asked about.</param>
/// <param name="Written">Rows that were written.</param>
/// <param name="Failed">Rows without a usable answer.</param>
/// <param name="Usage">Questions and tokens.</param>
public sealed record DistillResult(string Output, string? Failures, int Asked, int Written, int Failed, TeacherUsage Usage);
