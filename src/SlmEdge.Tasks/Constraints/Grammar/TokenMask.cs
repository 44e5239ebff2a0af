namespace SlmEdge.Tasks.Constraints.Grammar;

/// <summary>The tokens that may come next, one bit each.</summary>
/// <param name="Bits">Bit t is token t.</param>
/// <param name="MaxCost">Most tokens that the completion after one of them needs.</param>
internal sealed record TokenMask(byte[] Bits, int MaxCost);
