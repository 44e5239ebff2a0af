namespace SlmEdge.Training.Packing;

/// <summary>The rows of all segments behind one shared prefix: one range of queries that sees all of the prefix.</summary>
/// <param name="Offset">First row of the segments.</param>
/// <param name="Length">Rows of the segments.</param>
/// <param name="PrefixOffset">First row of the prefix.</param>
/// <param name="PrefixLength">Rows of the prefix.</param>
internal readonly record struct PrefixSpan(int Offset, int Length, int PrefixOffset, int PrefixLength)
{
    public static IReadOnlyList<PrefixSpan> Of(IEnumerable<PackSegment> segments) =>
    [
        .. segments.Where(s => s.PrefixLength > 0).GroupBy(s => s.PrefixOffset).Select(g =>
            new PrefixSpan(g.Min(s => s.Offset), g.Sum(s => s.Length), g.Key, g.First().PrefixLength)),
    ];
}
