using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SlmEdge.Formats.Gguf.Blocks;

/// <summary>
/// <c>block_q4_K</c>: super-blocks of 8 × 32 values. Half-precision d and dmin scale eight 6-bit scales and minima, packed into 12 bytes;
/// <c>w = d · s · q − dmin · m</c>. 32 bytes hold one sub-block in their low and the next in their high halves.
/// </summary>
internal sealed class Q4_KCodec() : BlockCodec(GgmlType.Q4_K)
{
    private const int SubBlock = 32;
    private const int SubBlocks = 8;
    private const int ScaleOffset = 4;
    private const int QuantOffset = 16;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        if (!Avx2.IsSupported)
        {
            DequantizeScalar(blocks, values);
            return;
        }

        Vector256<int> nibble = Vector256.Create(15);
        ref float target = ref MemoryMarshal.GetReference(values);
        for (int block = 0; block < blocks.Length / BytesPerBlock; block++)
        {
            ReadOnlySpan<byte> source = blocks.Slice(block * BytesPerBlock, BytesPerBlock);
            ref byte quants = ref MemoryMarshal.GetReference(source[QuantOffset..]);
            float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(source);
            float minimum = (float)BinaryPrimitives.ReadHalfLittleEndian(source[2..]);
            for (int pair = 0; pair < SubBlocks; pair += 2)
            {
                (int scale1, int minimum1) = SubScale(source.Slice(ScaleOffset, 12), pair);
                (int scale2, int minimum2) = SubScale(source.Slice(ScaleOffset, 12), pair + 1);
                Vector256<float> d1 = Vector256.Create(scale * scale1);
                Vector256<float> m1 = Vector256.Create(minimum * minimum1);
                Vector256<float> d2 = Vector256.Create(scale * scale2);
                Vector256<float> m2 = Vector256.Create(minimum * minimum2);
                nuint at = (nuint)((block * BlockSize) + (pair * SubBlock));
                for (int j = 0; j < SubBlock; j += Vector256<float>.Count)
                {
                    var eight = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref quants, (pair * SubBlock / 2) + j))).AsByte();
                    Vector256<int> code = Avx2.ConvertToVector256Int32(eight);

                    // Two roundings, as the reference has them; a fused multiply-add would give other bits.
                    ((d1 * Avx.ConvertToVector256Single(code & nibble)) - m1).StoreUnsafe(ref target, at + (nuint)j);
                    ((d2 * Avx.ConvertToVector256Single(code >>> 4)) - m2).StoreUnsafe(ref target, at + (nuint)(j + SubBlock));
                }
            }
        }
    }

    public override void DequantizeScalar(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (int block = 0; block < blocks.Length / BytesPerBlock; block++)
        {
            ReadOnlySpan<byte> source = blocks.Slice(block * BytesPerBlock, BytesPerBlock);
            float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(source);
            float minimum = (float)BinaryPrimitives.ReadHalfLittleEndian(source[2..]);
            for (int sub = 0; sub < SubBlocks; sub++)
            {
                (int s, int m) = SubScale(source.Slice(ScaleOffset, 12), sub);
                float d = scale * s;
                float low = minimum * m;
                for (int j = 0; j < SubBlock; j++)
                {
                    int code = (source[QuantOffset + (sub / 2 * SubBlock) + j] >> (4 * (sub % 2))) & 15;
                    float product = d * code;
                    values[(block * BlockSize) + (sub * SubBlock) + j] = product - low;
                }
            }
        }
    }

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (int block = 0; block < blocks.Length / BytesPerBlock; block++)
        {
            QuantizeBlock(values.Slice(block * BlockSize, BlockSize), blocks.Slice(block * BytesPerBlock, BytesPerBlock));
        }
    }

    private static void QuantizeBlock(ReadOnlySpan<float> values, Span<byte> target)
    {
        Span<byte> codes = stackalloc byte[SubBlock * SubBlocks];
        Span<float> scales = stackalloc float[SubBlocks];
        Span<float> minima = stackalloc float[SubBlocks];
        float maxScale = 0;
        float maxMinimum = 0;
        for (int sub = 0; sub < SubBlocks; sub++)
        {
            (scales[sub], minima[sub]) = AffineRange.Fit(values.Slice(sub * SubBlock, SubBlock), codes.Slice(sub * SubBlock, SubBlock));
            maxScale = scales[sub] > maxScale ? scales[sub] : maxScale;
            maxMinimum = minima[sub] > maxMinimum ? minima[sub] : maxMinimum;
        }

        Span<byte> packed = target.Slice(ScaleOffset, 12);
        packed.Clear();
        float inverseScale = maxScale > 0 ? 63 / maxScale : 0;
        float inverseMinimum = maxMinimum > 0 ? 63 / maxMinimum : 0;
        for (int sub = 0; sub < SubBlocks; sub++)
        {
            int s = Math.Min(63, (int)(byte)AffineRange.Nearest(inverseScale * scales[sub]));
            int m = Math.Min(63, (int)(byte)AffineRange.Nearest(inverseMinimum * minima[sub]));
            if (sub < 4)
            {
                packed[sub] = (byte)s;
                packed[sub + 4] = (byte)m;
            }
            else
            {
                packed[sub + 4] = (byte)((s & 15) | ((m & 15) << 4));
                packed[sub - 4] |= (byte)(s >> 4 << 6);
                packed[sub] |= (byte)(m >> 4 << 6);
            }
        }

        BinaryPrimitives.WriteHalfLittleEndian(target, (Half)(maxScale / 63));
        BinaryPrimitives.WriteHalfLittleEndian(target[2..], (Half)(maxMinimum / 63));
        Round(values, target, codes);
        for (int j = 0; j < codes.Length / 2; j++)
        {
            int first = (j / SubBlock * 2 * SubBlock) + (j % SubBlock);
            target[QuantOffset + j] = (byte)(codes[first] | (codes[first + SubBlock] << 4));
        }
    }

    /// <summary>Rounds the values again, now on the scales as they are stored. Sub-blocks whose scale was rounded to zero keep their codes.</summary>
    private static void Round(ReadOnlySpan<float> values, ReadOnlySpan<byte> stored, Span<byte> codes)
    {
        float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(stored);
        float minimum = (float)BinaryPrimitives.ReadHalfLittleEndian(stored[2..]);
        for (int sub = 0; sub < SubBlocks; sub++)
        {
            (int s, int m) = SubScale(stored.Slice(ScaleOffset, 12), sub);
            float d = scale * s;
            if (d == 0)
            {
                continue;
            }

            float low = minimum * m;
            for (int i = sub * SubBlock; i < (sub + 1) * SubBlock; i++)
            {
                codes[i] = (byte)Math.Clamp(AffineRange.Nearest((values[i] + low) / d), 0, 15);
            }
        }
    }

    /// <summary>The 6-bit scale and minimum of a sub-block (<c>get_scale_min_k4</c>).</summary>
    private static (int Scale, int Minimum) SubScale(ReadOnlySpan<byte> packed, int sub) => sub < 4
        ? (packed[sub] & 63, packed[sub + 4] & 63)
        : ((packed[sub + 4] & 15) | (packed[sub - 4] >> 6 << 4), (packed[sub + 4] >> 4) | (packed[sub] >> 6 << 4));
}
