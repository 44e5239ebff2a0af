using static TorchSharp.torch;

namespace SlmEdge.Training.Models;

/// <summary>A tensor of a base that lies in a file and has not been read. Any part of it can be read at any time, from several threads at once.</summary>
/// <param name="name">Hugging Face name.</param>
/// <param name="shape">Row-major shape.</param>
internal abstract class StoredTensor(string name, long[] shape)
{
    /// <summary>Elements that are read at a time, where a tensor is read in parts: 4 MiB of fp32, whole blocks of any quantisation.</summary>
    public const int PartLength = 1 << 20;

    public string Name { get; } = name;

    public IReadOnlyList<long> Shape { get; } = shape;

    public long ElementCount { get; } = shape.Aggregate(1L, (product, dimension) => product * dimension);

    /// <summary>The 16- or 32-bit floating-point type in which <see cref="ReadStored"/> gives the elements.</summary>
    public abstract ScalarType StoredType { get; }

    /// <summary>Reads elements as single precision.</summary>
    /// <param name="first">The first element, in row-major order.</param>
    /// <param name="destination">Receives as many as it holds.</param>
    public abstract void ReadFloat32(long first, Span<float> destination);

    /// <summary>Reads elements as they are stored, in <see cref="StoredType"/>.</summary>
    /// <param name="first">The first element.</param>
    /// <param name="destination">Receives whole elements.</param>
    public abstract void ReadStored(long first, Span<byte> destination);
}
