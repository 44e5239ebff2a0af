using System.Runtime.InteropServices;
using SlmEdge.Formats.Numerics;

namespace SlmEdge.Formats.Gguf.Blocks;

/// <summary>The upper half of single precision.</summary>
internal sealed class BFloat16Codec() : BlockCodec(GgmlType.BF16)
{
    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values) =>
        BFloat16Conversion.ToSingle(MemoryMarshal.Cast<byte, ushort>(blocks), values);

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks) =>
        BFloat16Conversion.FromSingle(values, MemoryMarshal.Cast<byte, ushort>(blocks));
}
