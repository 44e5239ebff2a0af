namespace SlmEdge.Training.Evaluation;

/// <summary>How a model does on general text before and after it was trained for a task.</summary>
/// <param name="Tokens">Tokens scored.</param>
/// <param name="PerplexityBefore">e to the mean loss per token, before.</param>
/// <param name="PerplexityAfter">The same after.</param>
/// <param name="AgreeingTokens">Share of positions at which both models think the same token most likely.</param>
/// <param name="Samples">Continuations of the text by both.</param>
public sealed record ForgettingResult(
    int Tokens, double PerplexityBefore, double PerplexityAfter, double AgreeingTokens, IReadOnlyList<ForgettingSample> Samples);
