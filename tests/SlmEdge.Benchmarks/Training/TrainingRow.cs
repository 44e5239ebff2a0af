namespace SlmEdge.Benchmarks.Training;

/// <summary>A rendered row.</summary>
/// <param name="Tokens">The sequence, without a last token that nothing follows.</param>
/// <param name="Positions">Positions in <paramref name="Tokens"/> at which a token is predicted.</param>
/// <param name="Targets">The token to predict at each of <paramref name="Positions"/>.</param>
internal sealed record TrainingRow(int[] Tokens, int[] Positions, int[] Targets);
