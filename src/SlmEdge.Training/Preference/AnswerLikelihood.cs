namespace SlmEdge.Training.Preference;

/// <summary>The log-probability of an answer after its prompt.</summary>
/// <param name="LogProbability">Sum over its tokens, in nats.</param>
/// <param name="Tokens">Number of tokens.</param>
/// <param name="Reference">The same sum under the reference; 0 where there is none.</param>
internal readonly record struct AnswerLikelihood(double LogProbability, int Tokens, double Reference);
