namespace SlmEdge.Tasks.Constraints.Grammar;

/// <summary>A part of a <see cref="ByteGrammar"/>. Nodes may refer to each other in circles, which is how recursion is written.</summary>
internal sealed class GrammarNode(GrammarNodeKind kind)
{
    /// <summary>Length of what can never be completed.</summary>
    public const long Never = long.MaxValue;

    public GrammarNodeKind Kind { get; } = kind;

    public ByteSet Bytes { get; init; }

    public GrammarNode[] Items { get; set; } = [];

    public int Min { get; init; }

    /// <summary>Most repetitions; -1 for any number.</summary>
    public int Max { get; init; }

    /// <summary>Bytes of the shortest text.</summary>
    public long MinLength { get; set; } = Never;

    /// <summary>Levels of nesting in the shortest text that comes first in byte order.</summary>
    public int Nesting { get; set; }

    /// <summary>Of a choice: the item that the shortest text which comes first in byte order is made of.</summary>
    public int Best { get; set; } = -1;
}
