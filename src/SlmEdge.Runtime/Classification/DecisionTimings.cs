namespace SlmEdge.Runtime.Classification;

/// <summary>Where the time of a decision went.</summary>
/// <param name="Queued">From the call to the start of the evaluation.</param>
/// <param name="Evaluated">The evaluation of the batch that the text was in.</param>
/// <param name="BatchTexts">Texts in that batch.</param>
/// <param name="TextTokens">Tokens of the text and the answer cue, without the shared prefix.</param>
public readonly record struct DecisionTimings(TimeSpan Queued, TimeSpan Evaluated, int BatchTexts, int TextTokens);
