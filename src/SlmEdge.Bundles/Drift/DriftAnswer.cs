namespace SlmEdge.Bundles.Drift;

/// <summary>A text that was answered without one label: with a document, with another text, or with any number of labels.</summary>
/// <param name="Tokens">The tokens of the text, without its prompt.</param>
/// <param name="AnswerTokens">Tokens of the answer; <see langword="null"/> where it has none or was not written to its end.</param>
/// <param name="IsUnfinished">Whether the answer was cut off at the limit of tokens.</param>
public sealed record DriftAnswer(IReadOnlyList<int> Tokens, int? AnswerTokens = null, bool IsUnfinished = false);
