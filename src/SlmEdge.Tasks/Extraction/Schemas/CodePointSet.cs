namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>A set of Unicode scalar values, as sorted ranges that do not touch.</summary>
internal sealed class CodePointSet
{
    private const int Last = 0x10FFFF;

    private CodePointSet(List<(int From, int To)> ranges) => Ranges = ranges;

    public static CodePointSet All { get; } = Of((0, Last));

    public IReadOnlyList<(int From, int To)> Ranges { get; }

    public bool IsEmpty => Ranges.Count == 0;

    /// <summary>A set; surrogates are left out.</summary>
    public static CodePointSet Of(params IEnumerable<(int From, int To)> ranges)
    {
        var merged = new List<(int From, int To)>();
        foreach ((int from, int to) in ranges.SelectMany(range => WithoutSurrogates(range.From, range.To)).OrderBy(range => range.From))
        {
            if (merged.Count > 0 && from <= merged[^1].To + 1 && from != 0xE000)
            {
                merged[^1] = (merged[^1].From, Math.Max(merged[^1].To, to));
            }
            else
            {
                merged.Add((from, to));
            }
        }

        return new CodePointSet(merged);
    }

    public CodePointSet Except(CodePointSet other)
    {
        var left = new List<(int, int)>();
        foreach ((int rangeFrom, int to) in Ranges)
        {
            int from = rangeFrom;
            foreach ((int cutFrom, int cutTo) in other.Ranges)
            {
                if (cutTo < from || cutFrom > to)
                {
                    continue;
                }

                if (cutFrom > from)
                {
                    left.Add((from, cutFrom - 1));
                }

                from = cutTo + 1;
            }

            if (from <= to)
            {
                left.Add((from, to));
            }
        }

        return Of(left);
    }

    public bool Contains(int value) => Ranges.Any(range => value >= range.From && value <= range.To);

    private static IEnumerable<(int From, int To)> WithoutSurrogates(int from, int to)
    {
        if (from < 0xD800 && Math.Min(to, 0xD7FF) >= from)
        {
            yield return (from, Math.Min(to, 0xD7FF));
        }

        if (to > 0xDFFF && Math.Max(from, 0xE000) <= to)
        {
            yield return (Math.Max(from, 0xE000), to);
        }
    }
}
