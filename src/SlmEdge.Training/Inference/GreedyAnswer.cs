namespace SlmEdge.Training.Inference;

/// <summary>A greedy continuation.</summary>
/// <param name="Tokens">Its tokens, without the one that ended it.</param>
/// <param name="Ended">Whether an end token came before the limit.</param>
internal sealed record GreedyAnswer(int[] Tokens, bool Ended);
