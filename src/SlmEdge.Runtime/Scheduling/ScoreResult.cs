namespace SlmEdge.Runtime.Scheduling;

/// <summary>What the loop gives back for one text.</summary>
/// <param name="LogProbs">One log-probability per label under the full vocabulary.</param>
/// <param name="Queued">Time from the call to the start of the evaluation.</param>
/// <param name="Evaluated">Time from there to the last score.</param>
/// <param name="BatchTexts">The most requests that were evaluated together with it, itself included.</param>
internal readonly record struct ScoreResult(float[] LogProbs, TimeSpan Queued, TimeSpan Evaluated, int BatchTexts);
