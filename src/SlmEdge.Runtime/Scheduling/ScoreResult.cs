namespace SlmEdge.Runtime.Scheduling;

/// <summary>What the batch loop gives back for one text.</summary>
/// <param name="LogProbs">One log-probability per label under the full vocabulary.</param>
/// <param name="Queued">Time from the call to the start of the evaluation.</param>
/// <param name="Evaluated">Time of the batch's evaluation.</param>
/// <param name="BatchTexts">Texts in the batch.</param>
internal readonly record struct ScoreResult(float[] LogProbs, TimeSpan Queued, TimeSpan Evaluated, int BatchTexts);
