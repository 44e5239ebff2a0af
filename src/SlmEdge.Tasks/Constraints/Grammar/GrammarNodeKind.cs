namespace SlmEdge.Tasks.Constraints.Grammar;

internal enum GrammarNodeKind
{
    /// <summary>One byte of a set.</summary>
    Bytes,

    /// <summary>All items, one after the other.</summary>
    Sequence,

    /// <summary>One of the items.</summary>
    Choice,

    /// <summary>The item, between Min and Max times; it is never empty.</summary>
    Repeat,

    /// <summary>The item, one level of nesting deeper.</summary>
    Container,
}
