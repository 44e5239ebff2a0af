namespace SlmEdge.Tasks.Extraction.Schemas;

/// <summary>The values of <c>type</c>. An integer is a number, so <see cref="Number"/> has the bit of <see cref="Integer"/> too.</summary>
[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Object = 4,
    Array = 8,
    String = 16,
    Integer = 32,
    Number = 96,
    Any = 127,
}
