namespace SlmEdge.Formats.Safetensors;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The shape, row-major (last dimension contiguous); empty for a scalar.</param>
/// <param name="Offset">The byte offset in the file.</param>
/// <param name="ByteLength">The length in bytes.</param>
public sealed record SafetensorsTensor(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Offset, long ByteLength)
{
    /// <summary>The number of elements.</summary>
    public long ElementCount => ByteLength / SafetensorsTypes.ByteSize(Type);
}
