namespace SlmEdge.Interop;

/// <summary>The sizes in bytes that the structures of <c>slmedge.h</c> have had on 64-bit machines, the oldest first. Only ever append.</summary>
internal static class StructureSizes
{
    public static ReadOnlySpan<int> Options => [32, 56];

    public static ReadOnlySpan<int> Decision => [32, 56];

    public static ReadOnlySpan<int> WriteOptions => [56];

    public static ReadOnlySpan<int> Answer => [48];
}
