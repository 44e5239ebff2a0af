namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>A regular expression without anchors.</summary>
/// <param name="MinLength">Code points of the shortest match.</param>
/// <param name="MaxLength">Code points of the longest match; null for no limit.</param>
internal abstract record PatternNode(int MinLength, int? MaxLength)
{
    public static PatternNode Empty { get; } = new Sequence([]);

    public static PatternNode Nothing { get; } = new Either([]);

    /// <summary>The same without the empty match, so that repeating it always gets on.</summary>
    public abstract PatternNode NonEmpty();

    /// <summary>One code point of a set.</summary>
    internal sealed record One(CodePointSet Set) : PatternNode(1, 1)
    {
        public override PatternNode NonEmpty() => this;
    }

    /// <summary>All parts, one after the other.</summary>
    internal sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode(Sum(Parts.Select(p => p.MinLength)), Parts.Any(p => p.MaxLength is null) ? null : Sum(Parts.Select(p => p.MaxLength!.Value)))
    {
        public override PatternNode NonEmpty()
        {
            if (MinLength > 0)
            {
                return this;
            }

            // Everything here may be empty: the first part that is not empty stands at each place in turn.
            var ways = new List<PatternNode>();
            for (int i = 0; i < Parts.Count; i++)
            {
                ways.Add(new Sequence([Parts[i].NonEmpty(), .. Parts.Skip(i + 1)]));
            }

            return new Either(ways);
        }
    }

    /// <summary>One of the parts.</summary>
    internal sealed record Either(IReadOnlyList<PatternNode> Parts) : PatternNode(
        Parts.Count == 0 ? 0 : Parts.Min(p => p.MinLength), Parts.Count == 0 ? 0 : Parts.Any(p => p.MaxLength is null) ? null : Parts.Max(p => p.MaxLength))
    {
        public override PatternNode NonEmpty() => new Either([.. Parts.Select(part => part.NonEmpty())]);
    }

    /// <summary>A part that is never empty, several times.</summary>
    internal sealed record Repeat(PatternNode Part, int Min, int? Max) : PatternNode(Times(Part.MinLength, Min), Max is null || Part.MaxLength is null ? null : Times(Part.MaxLength.Value, Max.Value))
    {
        /// <summary>Repeats any part.</summary>
        public static PatternNode Of(PatternNode part, int min, int? max)
        {
            if (max == 0)
            {
                return Empty;
            }

            bool mayBeEmpty = part.MinLength == 0;
            return new Repeat(mayBeEmpty ? part.NonEmpty() : part, mayBeEmpty ? 0 : min, max);
        }

        public override PatternNode NonEmpty() => new Repeat(Part, Math.Max(1, Min), Max);
    }

    private static int Sum(IEnumerable<int> lengths) => (int)Math.Min(1 << 28, lengths.Sum(length => (long)length));

    private static int Times(int length, int times) => (int)Math.Min(1 << 28, (long)length * times);
}
