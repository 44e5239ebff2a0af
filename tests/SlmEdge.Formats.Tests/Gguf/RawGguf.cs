using System.Buffers.Binary;
using System.Text;

namespace SlmEdge.Formats.Tests.Gguf;

/// <summary>Builds GGUF bytes that the writer would refuse to write.</summary>
internal sealed class RawGguf
{
    private readonly List<byte> _bytes = [];

    public byte[] Bytes => [.. _bytes];

    public RawGguf Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public RawGguf Byte(byte value) => Raw([value]);

    public RawGguf UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public RawGguf UInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Raw(bytes);
    }

    public RawGguf Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return UInt64((ulong)bytes.Length).Raw(bytes);
    }

    public RawGguf Describe(string name, ulong[] dimensions, uint type, ulong offset)
    {
        Text(name).UInt32((uint)dimensions.Length);
        foreach (ulong dimension in dimensions)
        {
            UInt64(dimension);
        }

        return UInt32(type).UInt64(offset);
    }

    public RawGguf Zeros(int count) => Raw(new byte[count]);
}
