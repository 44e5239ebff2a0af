using System.Runtime.InteropServices;
using SlmEdge.Formats.Numerics;

namespace SlmEdge.Formats.Gguf.Blocks;

/// <summary>IEEE half precision.</summary>
internal sealed class Float16Codec() : BlockCodec(GgmlType.F16)
{
    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values) =>
        Float16Conversion.ToSingle(MemoryMarshal.Cast<byte, ushort>(blocks), values);

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks) =>
        Float16Conversion.FromSingle(values, MemoryMarshal.Cast<byte, ushort>(blocks));
}
