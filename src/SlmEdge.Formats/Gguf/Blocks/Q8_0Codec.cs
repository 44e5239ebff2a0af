using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SlmEdge.Formats.Gguf.Blocks;

/// <summary><c>block_q8_0</c>: a half-precision scale and 32 signed bytes; <c>w = d · q</c>.</summary>
internal sealed class Q8_0Codec() : BlockCodec(GgmlType.Q8_0)
{
    private const int ScaleBytes = 2;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        if (!Avx2.IsSupported)
        {
            DequantizeScalar(blocks, values);
            return;
        }

        ref byte source = ref MemoryMarshal.GetReference(blocks);
        ref float target = ref MemoryMarshal.GetReference(values);
        int count = blocks.Length / BytesPerBlock;
        for (int block = 0; block < count; block++)
        {
            ref byte start = ref Unsafe.Add(ref source, block * BytesPerBlock);
            Vector256<float> scale = Vector256.Create(HalfScale.Read(ref start));
            SignedBytes.Scale(Vector128.LoadUnsafe(ref start, ScaleBytes).AsSByte(), scale, ref target, block * BlockSize);
            SignedBytes.Scale(Vector128.LoadUnsafe(ref start, ScaleBytes + 16).AsSByte(), scale, ref target, (block * BlockSize) + 16);
        }
    }

    public override void DequantizeScalar(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (int block = 0; block < blocks.Length / BytesPerBlock; block++)
        {
            ReadOnlySpan<byte> source = blocks.Slice(block * BytesPerBlock, BytesPerBlock);
            float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(source);
            for (int j = 0; j < BlockSize; j++)
            {
                values[(block * BlockSize) + j] = (sbyte)source[ScaleBytes + j] * scale;
            }
        }
    }

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (int block = 0; block < blocks.Length / BytesPerBlock; block++)
        {
            ReadOnlySpan<float> source = values.Slice(block * BlockSize, BlockSize);
            Span<byte> target = blocks.Slice(block * BytesPerBlock, BytesPerBlock);
            float scale = MathF.Abs(TensorPrimitives.MaxMagnitude(source)) / sbyte.MaxValue;
            float inverse = scale != 0 ? 1 / scale : 0;
            BinaryPrimitives.WriteHalfLittleEndian(target, (Half)scale);
            for (int j = 0; j < BlockSize; j++)
            {
                target[ScaleBytes + j] = (byte)(sbyte)MathF.Round(source[j] * inverse, MidpointRounding.AwayFromZero);
            }
        }
    }
}
