using SlmEdge.Engines.Sampling;

namespace SlmEdge.Engines.LlamaCpp.Generation;

/// <summary>A prompt to continue, once or several times.</summary>
/// <param name="Prompt">The prompt's tokens; not empty. Prompts that begin alike share the memory and the evaluation of their beginning.</param>
/// <param name="MaxTokens">Upper limit of generated tokens for each sample; fewer when the context is full.</param>
/// <param name="Sampling">How tokens are drawn.</param>
/// <param name="Samples">How many continuations; at most <see cref="LlamaCppOptions.MaxSequences"/>.</param>
/// <param name="Stop">Texts that end a continuation and are not part of it.</param>
public sealed record GenerationRequest(int[] Prompt, int MaxTokens, SamplingOptions Sampling, int Samples = 1, IReadOnlyList<string>? Stop = null);
