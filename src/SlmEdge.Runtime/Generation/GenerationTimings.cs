namespace SlmEdge.Runtime.Generation;

/// <summary>Where the time of a request went.</summary>
/// <param name="Queued">From the call to the start of the evaluation.</param>
/// <param name="FirstToken">From the start of the evaluation to the first token.</param>
/// <param name="Evaluated">From the start of the evaluation to the last token.</param>
public readonly record struct GenerationTimings(TimeSpan Queued, TimeSpan FirstToken, TimeSpan Evaluated);
