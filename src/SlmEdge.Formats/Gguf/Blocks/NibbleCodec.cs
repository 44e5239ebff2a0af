using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SlmEdge.Formats.Gguf.Blocks;

/// <summary>
/// Blocks of a half-precision scale and 32 four-bit indices into a table of 16 small integers; <c>w = d · table[q]</c>. Byte <c>j</c> holds
/// element <c>j</c> in its low and element <c>j + 16</c> in its high half.
/// </summary>
internal abstract class NibbleCodec(GgmlType type, Vector128<sbyte> levels) : BlockCodec(type)
{
    private const int ScaleBytes = 2;
    private const int Half = 16;

    protected float Level(int index) => levels[index];

    public sealed override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        if (!Avx2.IsSupported)
        {
            DequantizeScalar(blocks, values);
            return;
        }

        Vector128<byte> nibble = Vector128.Create((byte)15);
        Vector128<byte> table = levels.AsByte();
        ref byte source = ref MemoryMarshal.GetReference(blocks);
        ref float target = ref MemoryMarshal.GetReference(values);
        int count = blocks.Length / BytesPerBlock;
        for (int block = 0; block < count; block++)
        {
            ref byte start = ref Unsafe.Add(ref source, block * BytesPerBlock);
            Vector256<float> scale = Vector256.Create(HalfScale.Read(ref start));
            Vector128<byte> packed = Vector128.LoadUnsafe(ref start, ScaleBytes);
            SignedBytes.Scale(Ssse3.Shuffle(table, packed & nibble).AsSByte(), scale, ref target, block * BlockSize);
            SignedBytes.Scale(Ssse3.Shuffle(table, (packed.AsUInt16() >>> 4).AsByte() & nibble).AsSByte(), scale, ref target, (block * BlockSize) + Half);
        }
    }

    public sealed override void DequantizeScalar(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (int block = 0; block < blocks.Length / BytesPerBlock; block++)
        {
            ReadOnlySpan<byte> source = blocks.Slice(block * BytesPerBlock, BytesPerBlock);
            float scale = (float)BinaryPrimitives.ReadHalfLittleEndian(source);
            for (int j = 0; j < Half; j++)
            {
                values[(block * BlockSize) + j] = levels[source[ScaleBytes + j] & 15] * scale;
                values[(block * BlockSize) + j + Half] = levels[source[ScaleBytes + j] >> 4] * scale;
            }
        }
    }

    public sealed override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        Span<byte> indices = stackalloc byte[BlockSize];
        for (int block = 0; block < blocks.Length / BytesPerBlock; block++)
        {
            Span<byte> target = blocks.Slice(block * BytesPerBlock, BytesPerBlock);
            BinaryPrimitives.WriteHalfLittleEndian(target, (System.Half)Choose(values.Slice(block * BlockSize, BlockSize), indices));
            for (int j = 0; j < Half; j++)
            {
                target[ScaleBytes + j] = (byte)(indices[j] | (indices[j + Half] << 4));
            }
        }
    }

    /// <summary>The scale of a block, and the index of every value's level.</summary>
    protected abstract float Choose(ReadOnlySpan<float> values, Span<byte> indices);
}
