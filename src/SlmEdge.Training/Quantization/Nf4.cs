using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SlmEdge.Training.Quantization;

/// <summary>
/// 4-bit NormalFloat (Dettmers et al. 2023, "QLoRA", arXiv 2305.14314): blocks of 64 values, each divided by its largest magnitude and
/// rounded to one of 16 levels that hold equal shares of a normal distribution.
/// </summary>
/// <remarks>
/// A block's 64 codes take 32 bytes: byte <c>j</c> holds element <c>j</c> in its low and element <c>j + 32</c> in its high half, so that
/// a vector of bytes expands to two vectors of neighbours without shuffling.
/// </remarks>
internal static class Nf4
{
    /// <summary>Values per block.</summary>
    public const int BlockSize = 64;

    /// <summary>Bytes per block of codes.</summary>
    public const int BlockBytes = BlockSize / 2;

    /// <summary>The 16 levels, from appendix E of the paper.</summary>
    public static ReadOnlySpan<float> Levels =>
    [
        -1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
        -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
        0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f,
        0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f,
    ];

    /// <summary>Quantises whole blocks.</summary>
    /// <param name="values">Values; a multiple of 64.</param>
    /// <param name="codes">Half as many bytes.</param>
    /// <param name="absmax">One scale per block.</param>
    public static void Quantize(ReadOnlySpan<float> values, Span<byte> codes, Span<float> absmax)
    {
        CheckLengths(values.Length, codes.Length, absmax.Length);
        Span<byte> indices = stackalloc byte[BlockSize];
        for (var block = 0; block < absmax.Length; block++)
        {
            var source = values.Slice(block * BlockSize, BlockSize);
            var scale = MathF.Abs(TensorPrimitives.MaxMagnitude(source));
            absmax[block] = scale;
            NearestLevels(source, scale > 0 ? 1 / scale : 0, indices);
            var target = codes.Slice(block * BlockBytes, BlockBytes);
            for (var j = 0; j < BlockBytes; j++)
            {
                target[j] = (byte)(indices[j] | (indices[j + BlockBytes] << 4));
            }
        }
    }

    /// <summary>Restores whole blocks: <c>level[code] · absmax</c>.</summary>
    /// <param name="codes">32 bytes per block.</param>
    /// <param name="absmax">One scale per block.</param>
    /// <param name="values">64 values per block.</param>
    public static void Dequantize(ReadOnlySpan<byte> codes, ReadOnlySpan<float> absmax, Span<float> values)
    {
        CheckLengths(values.Length, codes.Length, absmax.Length);
        if (Avx512F.IsSupported)
        {
            DequantizeAvx512(codes, absmax, values);
        }
        else if (Avx2.IsSupported)
        {
            DequantizeAvx2(codes, absmax, values);
        }
        else
        {
            DequantizeScalar(codes, absmax, values);
        }
    }

    /// <summary>The plain form of <see cref="Dequantize"/>, for machines without AVX2 and to test the fast ones.</summary>
    internal static void DequantizeScalar(ReadOnlySpan<byte> codes, ReadOnlySpan<float> absmax, Span<float> values)
    {
        var levels = Levels;
        for (var block = 0; block < absmax.Length; block++)
        {
            for (var j = 0; j < BlockBytes; j++)
            {
                var code = codes[(block * BlockBytes) + j];
                values[(block * BlockSize) + j] = levels[code & 15] * absmax[block];
                values[(block * BlockSize) + j + BlockBytes] = levels[code >> 4] * absmax[block];
            }
        }
    }

    internal static void DequantizeAvx2(ReadOnlySpan<byte> codes, ReadOnlySpan<float> absmax, Span<float> values)
    {
        var low = Vector256.Create(Levels[..8]);
        var high = Vector256.Create(Levels[8..]);
        var nibble = Vector256.Create(15);
        ref var source = ref MemoryMarshal.GetReference(codes);
        ref var target = ref MemoryMarshal.GetReference(values);
        for (var block = 0; block < absmax.Length; block++)
        {
            var scale = Vector256.Create(absmax[block]);
            for (var j = 0; j < BlockBytes; j += 8)
            {
                var eight = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, (block * BlockBytes) + j))).AsByte();
                var code = Avx2.ConvertToVector256Int32(eight);
                Lookup(code & nibble).StoreUnsafe(ref target, (nuint)((block * BlockSize) + j));
                Lookup(Vector256.ShiftRightLogical(code, 4)).StoreUnsafe(ref target, (nuint)((block * BlockSize) + j + BlockBytes));
            }

            // The permutation looks at three bits; the fourth, moved to the sign, chooses the half of the table.
            Vector256<float> Lookup(Vector256<int> index) => scale * Avx.BlendVariable(
                Avx2.PermuteVar8x32(low, index),
                Avx2.PermuteVar8x32(high, index),
                Vector256.ShiftLeft(index, 28).AsSingle());
        }
    }

    internal static void DequantizeAvx512(ReadOnlySpan<byte> codes, ReadOnlySpan<float> absmax, Span<float> values)
    {
        var levels = Vector512.Create(Levels);
        var nibble = Vector512.Create(15);
        ref var source = ref MemoryMarshal.GetReference(codes);
        ref var target = ref MemoryMarshal.GetReference(values);
        for (var block = 0; block < absmax.Length; block++)
        {
            var scale = Vector512.Create(absmax[block]);
            for (var j = 0; j < BlockBytes; j += 16)
            {
                var code = Avx512F.ConvertToVector512Int32(Vector128.LoadUnsafe(ref source, (nuint)((block * BlockBytes) + j)));
                (Avx512F.PermuteVar16x32(levels, code & nibble) * scale).StoreUnsafe(ref target, (nuint)((block * BlockSize) + j));
                (Avx512F.PermuteVar16x32(levels, Vector512.ShiftRightLogical(code, 4)) * scale).StoreUnsafe(ref target, (nuint)((block * BlockSize) + j + BlockBytes));
            }
        }
    }

    /// <summary>The index of the nearest level is the number of midpoints between levels that lie below the value.</summary>
    private static void NearestLevels(ReadOnlySpan<float> values, float inverse, Span<byte> indices)
    {
        var levels = Levels;
        for (var i = 0; i < BlockSize; i += Vector256<float>.Count)
        {
            var scaled = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i) * inverse;
            var count = Vector256<int>.Zero;
            for (var level = 1; level < levels.Length; level++)
            {
                // A comparison is -1 in every lane where it holds.
                count -= Vector256.GreaterThan(scaled, Vector256.Create((levels[level - 1] + levels[level]) / 2)).AsInt32();
            }

            for (var lane = 0; lane < Vector256<int>.Count; lane++)
            {
                indices[i + lane] = (byte)count[lane];
            }
        }
    }

    private static void CheckLengths(int values, int codes, int blocks)
    {
        if (values != blocks * BlockSize || codes != blocks * BlockBytes)
        {
            throw new ArgumentException($"{blocks} NF4 blocks hold {blocks * BlockSize} values in {blocks * BlockBytes} bytes, not {values} in {codes}.");
        }
    }
}
