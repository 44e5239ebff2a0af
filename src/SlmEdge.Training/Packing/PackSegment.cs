namespace SlmEdge.Training.Packing;

/// <summary>Consecutive rows of a pack that attend to themselves causally and, where there is a prefix, to all of it.</summary>
/// <param name="Offset">First row.</param>
/// <param name="Length">Rows.</param>
/// <param name="PrefixOffset">First row of the shared prefix in front of this segment.</param>
/// <param name="PrefixLength">Rows of that prefix; 0 where there is none.</param>
internal readonly record struct PackSegment(int Offset, int Length, int PrefixOffset, int PrefixLength);
