namespace SlmEdge.Training.FineTuning;

/// <summary>Where a session ended.</summary>
/// <param name="Steps">Updates made.</param>
/// <param name="BestStep">Step of the kept weights.</param>
/// <param name="Best">Their validation score.</param>
/// <param name="StoppedEarly">Whether patience ran out.</param>
internal sealed record SessionOutcome(long Steps, long BestStep, ValidationScore Best, bool StoppedEarly);
