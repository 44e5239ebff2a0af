using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SlmEdge.Formats.Gguf.Blocks;

/// <summary>
/// <c>block_q6_K</c>: super-blocks of 16 × 16 values in 6 bits (128 bytes with the low four, 64 bytes with the high two), one signed byte of scale for
/// each 16, and a half-precision scale over all; <c>w = d · s · (q − 32)</c>. llama.cpp's mixtures keep their sensitive tensors in it; it is read only.
/// </summary>
internal sealed class Q6_KCodec() : BlockCodec(GgmlType.Q6_K)
{
    private const int HighOffset = 128;
    private const int ScaleOffset = 192;
    private const int FactorOffset = 208;

    public override bool Quantizes => false;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        if (!Avx2.IsSupported)
        {
            DequantizeScalar(blocks, values);
            return;
        }

        ref float target = ref MemoryMarshal.GetReference(values);
        for (int block = 0; block < blocks.Length / BytesPerBlock; block++)
        {
            ReadOnlySpan<byte> source = blocks.Slice(block * BytesPerBlock, BytesPerBlock);
            ref byte start = ref MemoryMarshal.GetReference(source);
            float factor = (float)BinaryPrimitives.ReadHalfLittleEndian(source[FactorOffset..]);
            for (int group = 0; group < 8; group++)
            {
                // 32 values: group 0 to 3 of either half of the block take low or high nibbles of its 64 bytes and two of the bits of its 32.
                (int half, int part) = (group / 4, group % 4);
                int low = (half * 64) + (part % 2 * 32);
                int high = HighOffset + (half * 32);
                for (int j = 0; j < 32; j += 8)
                {
                    Vector256<int> nibbles = (Bytes(ref start, low + j) >>> (part / 2 * 4)) & Vector256.Create(15);
                    Vector256<int> bits = (Bytes(ref start, high + j) >>> (part * 2)) & Vector256.Create(3);
                    Vector256<float> q = Avx.ConvertToVector256Single((nibbles | (bits << 4)) - Vector256.Create(32));
                    float scale = factor * (sbyte)source[ScaleOffset + (group * 2) + (j / 16)];
                    (q * scale).StoreUnsafe(ref target, (nuint)((block * BlockSize) + (group * 32) + j));
                }
            }
        }
    }

    public override void DequantizeScalar(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (int block = 0; block < blocks.Length / BytesPerBlock; block++)
        {
            ReadOnlySpan<byte> source = blocks.Slice(block * BytesPerBlock, BytesPerBlock);
            float factor = (float)BinaryPrimitives.ReadHalfLittleEndian(source[FactorOffset..]);
            for (int i = 0; i < BlockSize; i++)
            {
                (int half, int part, int j) = (i / 128, i / 32 % 4, i % 32);
                int nibble = (source[(half * 64) + (part % 2 * 32) + j] >> (part / 2 * 4)) & 15;
                int bits = (source[HighOffset + (half * 32) + j] >> (part * 2)) & 3;
                float scale = factor * (sbyte)source[ScaleOffset + (i / 16)];
                values[(block * BlockSize) + i] = scale * ((nibble | (bits << 4)) - 32);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Bytes(ref byte start, int offset) =>
        Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, offset))).AsByte());
}
