using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SlmEdge.Formats.Families;
using SlmEdge.Formats.Gguf;
using SlmEdge.Training.Quantization;
using static TorchSharp.torch;

namespace SlmEdge.Training.Models;

/// <summary>A tensor in a GGUF file, its rows in Hugging Face's order.</summary>
/// <param name="file">The file.</param>
/// <param name="described">The tensor with its names; the file has it in this shape.</param>
internal sealed class GgufTensorReader(GgufFile file, DecoderTensor described) : StoredTensor(described.Name, described.Shape)
{
    private readonly GgufTensor _tensor = file.GetTensor(described.GgufName);

    /// <summary>Whether the file holds the tensor in blocks of more than one value.</summary>
    public bool Quantised => GgmlTypes.BlockSize(_tensor.Type) > 1;

    public override ScalarType StoredType => _tensor.Type switch
    {
        GgmlType.BF16 => ScalarType.BFloat16,
        GgmlType.F16 => ScalarType.Float16,
        _ => ScalarType.Float32,
    };

    public override void ReadFloat32(long first, Span<float> destination)
    {
        foreach (var (from, start, count) in Runs(first, destination.Length))
        {
            file.ReadFloat32(_tensor.Name, from, destination.Slice(start, count));
        }

        if (described.GgufOffset != 0)
        {
            TensorPrimitives.Subtract(destination, described.GgufOffset, destination);
        }
    }

    public override void ReadStored(long first, Span<byte> destination)
    {
        if (StoredType == ScalarType.Float32)
        {
            ReadFloat32(first, MemoryMarshal.Cast<byte, float>(destination));
            return;
        }

        foreach (var (from, start, count) in Runs(first, destination.Length / sizeof(ushort)))
        {
            file.GetBlocks(_tensor.Name, from, count).CopyTo(destination[(start * sizeof(ushort))..]);
        }
    }

    /// <summary>The matrix in the blocks of the file.</summary>
    public GgmlMatrix ReadBlocks()
    {
        var blocks = file.GetBytes(_tensor.Name);
        var rowBytes = (int)(blocks.Length / Shape[0]);
        return new GgmlMatrix(_tensor.Type, Shape[0], Shape[1], described.InterleavedHeads == 0 ? blocks.ToArray() : RotaryLayout.Deinterleave(blocks, rowBytes, described.InterleavedHeads));
    }

    /// <summary>Where a run of elements in Hugging Face's order lies in the file.</summary>
    private IEnumerable<(long From, int Start, int Count)> Runs(long first, int length)
    {
        if (described.InterleavedHeads == 0)
        {
            yield return (described.GgufStart + first, 0, length);
            yield break;
        }

        var columns = Shape.Count == 1 ? 1 : Shape[1];
        for (var done = 0; done < length;)
        {
            var (row, column) = Math.DivRem(first + done, columns);
            var count = (int)Math.Min(columns - column, length - done);
            yield return ((RotaryLayout.InterleavedRow(row, Shape[0] / described.InterleavedHeads) * columns) + column, done, count);
            done += count;
        }
    }
}
