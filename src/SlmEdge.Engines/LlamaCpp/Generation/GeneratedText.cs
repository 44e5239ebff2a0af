namespace SlmEdge.Engines.LlamaCpp.Generation;

/// <summary>One continuation.</summary>
/// <param name="Text">Its text, without what ended it; bytes that are not UTF-8 are U+FFFD.</param>
/// <param name="Tokens">Its tokens, without the one that ends an answer.</param>
/// <param name="LogProbs">
/// For each token its log-probability under the model's own distribution (before temperature and truncation), in nats.
/// </param>
/// <param name="End">Why it ended.</param>
public sealed record GeneratedText(string Text, int[] Tokens, float[] LogProbs, GenerationEnd End);
