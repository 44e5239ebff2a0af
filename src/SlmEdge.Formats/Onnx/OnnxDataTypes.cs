namespace SlmEdge.Formats.Onnx;

/// <summary>Facts about <see cref="OnnxDataType"/>.</summary>
public static class OnnxDataTypes
{
    /// <summary>Bytes of a tensor's raw data. Four-bit types are packed two to a byte, the last byte padded.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The type is unknown or has no fixed size (strings), or a dimension is negative.</exception>
    /// <exception cref="OverflowException">The size does not fit into 64 bits.</exception>
    public static long ByteLength(OnnxDataType type, IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        int bits = BitsPerElement(type);
        if (bits == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(type), type, "The type has no fixed size.");
        }

        long elements = 1;
        foreach (long dimension in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension);
            elements = checked(elements * dimension);
        }

        return bits == 4 ? (elements / 2) + (elements % 2) : checked(elements * (bits / 8));
    }

    /// <summary>Bits of one element; 0 for strings and for numbers that are no type.</summary>
    internal static int BitsPerElement(OnnxDataType type) => type switch
    {
        OnnxDataType.UInt4 or OnnxDataType.Int4 or OnnxDataType.Float4E2M1 => 4,
        OnnxDataType.UInt8 or OnnxDataType.Int8 or OnnxDataType.Bool or OnnxDataType.Float8E4M3FN or OnnxDataType.Float8E4M3FNUZ
            or OnnxDataType.Float8E5M2 or OnnxDataType.Float8E5M2FNUZ => 8,
        OnnxDataType.UInt16 or OnnxDataType.Int16 or OnnxDataType.Float16 or OnnxDataType.BFloat16 => 16,
        OnnxDataType.Float or OnnxDataType.Int32 or OnnxDataType.UInt32 => 32,
        OnnxDataType.Double or OnnxDataType.Int64 or OnnxDataType.UInt64 or OnnxDataType.Complex64 => 64,
        OnnxDataType.Complex128 => 128,
        _ => 0,
    };
}
