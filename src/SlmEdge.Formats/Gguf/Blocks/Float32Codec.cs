using System.Runtime.InteropServices;

namespace SlmEdge.Formats.Gguf.Blocks;

/// <summary>Single precision: copied.</summary>
internal sealed class Float32Codec() : BlockCodec(GgmlType.F32)
{
    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values) => blocks.CopyTo(MemoryMarshal.AsBytes(values));

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks) => MemoryMarshal.AsBytes(values).CopyTo(blocks);
}
