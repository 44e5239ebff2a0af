namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>Which numbers are allowed.</summary>
/// <param name="Min">The least; null for none.</param>
/// <param name="Max">The greatest; null for none.</param>
/// <param name="AboveMin">Whether <paramref name="Min"/> itself is excluded.</param>
/// <param name="BelowMax">Whether <paramref name="Max"/> itself is excluded.</param>
/// <param name="MultipleOf">What divides them; null for nothing.</param>
internal sealed record NumberRange(decimal? Min, decimal? Max, bool AboveMin, bool BelowMax, decimal? MultipleOf)
{
    public static NumberRange All { get; } = new(null, null, false, false, null);

    public bool Contains(decimal value) =>
        (Min is null || value > Min || (value == Min && !AboveMin)) && (Max is null || value < Max || (value == Max && !BelowMax)) && (MultipleOf is null || value % MultipleOf == 0);

    /// <summary>What both allow, except for their divisors.</summary>
    public NumberRange And(NumberRange other, decimal? multipleOf)
    {
        (decimal? min, bool above) = (other.Min, other.AboveMin);
        if (min is null || (Min is not null && (Min > min || (Min == min && AboveMin))))
        {
            (min, above) = (Min, AboveMin);
        }

        (decimal? max, bool below) = (other.Max, other.BelowMax);
        if (max is null || (Max is not null && (Max < max || (Max == max && BelowMax))))
        {
            (max, below) = (Max, BelowMax);
        }

        return new NumberRange(min, max, above, below, multipleOf);
    }
}
