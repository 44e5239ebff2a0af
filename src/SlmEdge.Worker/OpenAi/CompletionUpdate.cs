using SlmEdge.Runtime.Generation;

namespace SlmEdge.Worker.OpenAi;

/// <summary>A piece of a completion.</summary>
/// <param name="Text">Its text; empty in the last.</param>
/// <param name="Logprobs">The probabilities of its tokens; null where none are asked for.</param>
/// <param name="End">The whole, in the last only.</param>
internal readonly record struct CompletionUpdate(string Text, IReadOnlyList<TokenLogprob>? Logprobs, CompletionEnd? End);
