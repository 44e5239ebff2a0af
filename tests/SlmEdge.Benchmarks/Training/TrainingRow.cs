namespace SlmEdge.Benchmarks.Training;

/// <summary>A rendered row.</summary>
/// <param name="Tokens">Prompt, and the answer without its last token.</param>
/// <param name="Answer">The tokens to predict at the last positions of <paramref name="Tokens"/>.</param>
internal sealed record TrainingRow(int[] Tokens, int[] Answer);
