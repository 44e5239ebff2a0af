using System.Runtime.InteropServices;
using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Quantization;

/// <summary>
/// A frozen projection in NF4. Forward and backward each restore the matrix for the one product that needs it and let it go at once.
/// </summary>
internal sealed class Nf4Weight(Nf4Matrix matrix, Device device) : LinearWeight
{
    /// <summary>Elements that are fp32 at a time: 8 MiB.</summary>
    private const long PartElements = 1 << 21;

    public override long OutFeatures => matrix.Rows;

    public override long InFeatures => matrix.Columns;

    public override long ByteLength => matrix.ByteLength;

    /// <summary>Quantises a stored matrix while it is read.</summary>
    public static LinearWeight Read(StoredTensor stored, Device device) => new Nf4Weight(Nf4Matrix.Read(stored), device);

    /// <summary>Quantises a layer's dense weight.</summary>
    public static LinearWeight Quantize(LinearLayer layer)
    {
        var weight = layer.Weight;
        using var dense = weight.ToDense();
        return new Nf4Weight(new Nf4Matrix(weight.OutFeatures, weight.InFeatures, ModelDirectory.ReadValues(dense)), dense.device);
    }

    public override Tensor Multiply(Tensor x) =>
        is_grad_enabled() && x.requires_grad ? Nf4Product.apply(x, this) : Product(x);

    /// <summary><c>x · Wᵀ</c> without a graph.</summary>
    internal Tensor Product(Tensor x)
    {
        var result = empty(x.shape[0], matrix.Rows, dtype: x.dtype, device: x.device);
        foreach (var (first, part) in Parts())
        {
            using var scope = NewDisposeScope();
            result.narrow(1, first, part.shape[0]).addmm_(x, part.t(), beta: 0, alpha: 1);
        }

        return result;
    }

    /// <summary><c>gradient · W</c>: the gradient of the input.</summary>
    internal Tensor InputGradient(Tensor gradient)
    {
        var result = empty(gradient.shape[0], matrix.Columns, dtype: gradient.dtype, device: gradient.device);
        foreach (var (first, part) in Parts())
        {
            using var scope = NewDisposeScope();
            result.addmm_(gradient.narrow(1, first, part.shape[0]), part, beta: first == 0 ? 0 : 1, alpha: 1);
        }

        return result;
    }

    /// <summary>Some rows at a time as fp32, in one buffer: what is restored is still in the cache when it is multiplied, and a whole copy never exists.</summary>
    private IEnumerable<(long First, Tensor Rows)> Parts()
    {
        var most = Math.Max(Nf4.BlockSize, PartElements / matrix.Columns / Nf4.BlockSize * Nf4.BlockSize);
        using var host = empty(Math.Min(most, matrix.Rows), matrix.Columns, dtype: ScalarType.Float32);
        for (long first = 0; first < matrix.Rows; first += most)
        {
            using var rows = host.narrow(0, 0, Math.Min(most, matrix.Rows - first));
            matrix.Dequantize(first * matrix.Columns / Nf4.BlockSize, MemoryMarshal.Cast<byte, float>(rows.bytes));
            using var part = device.type == DeviceType.CPU ? rows.alias() : rows.to(device);
            yield return (first, part);
        }
    }

    public override Tensor ToDense()
    {
        var host = empty(new[] { matrix.Rows, matrix.Columns }, dtype: ScalarType.Float32);
        matrix.Dequantize(0, MemoryMarshal.Cast<byte, float>(host.bytes));
        if (device.type == DeviceType.CPU)
        {
            return host;
        }

        using (host)
        {
            return host.to(device);
        }
    }

    public override void Dispose()
    {
        // The matrix is managed memory.
    }
}
