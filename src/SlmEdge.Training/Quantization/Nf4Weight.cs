using System.Runtime.InteropServices;
using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Quantization;

/// <summary>
/// A frozen projection in NF4. Forward and backward each restore the matrix for the one product that needs it and let it go at once.
/// </summary>
internal sealed class Nf4Weight(Nf4Matrix matrix, Device device, ComputePrecision precision = ComputePrecision.Fp32) : LinearWeight
{
    /// <summary>Elements that are fp32 at a time: 8 MiB.</summary>
    private const long PartElements = 1 << 21;

    public override long OutFeatures => matrix.Rows;

    public override long InFeatures => matrix.Columns;

    public override long ByteLength => matrix.ByteLength;

    /// <summary>Quantises a stored matrix while it is read.</summary>
    public static LinearWeight Read(StoredTensor stored, Device device, ComputePrecision precision) =>
        new Nf4Weight(Nf4Matrix.Read(stored), device, precision);

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
        using var scope = NewDisposeScope();
        var narrow = Narrowed(x);
        var result = empty(x.shape[0], matrix.Rows, dtype: narrow.dtype, device: x.device);
        foreach (var (first, part) in Parts())
        {
            using var inner = NewDisposeScope();
            result.narrow(1, first, part.shape[0]).addmm_(narrow, Narrowed(part).t(), beta: 0, alpha: 1);
        }

        return Widened(result).MoveToOuterDisposeScope();
    }

    /// <summary><c>gradient · W</c>: the gradient of the input.</summary>
    internal Tensor InputGradient(Tensor gradient)
    {
        var result = zeros(gradient.shape[0], matrix.Columns, dtype: gradient.dtype, device: gradient.device);
        foreach (var (first, part) in Parts())
        {
            using var scope = NewDisposeScope();
            var rows = gradient.narrow(1, first, part.shape[0]);
            if (precision == ComputePrecision.Fp32)
            {
                result.addmm_(rows, part, beta: 1, alpha: 1);
            }
            else
            {
                // Sums over the parts stay in fp32.
                result.add_(Widened(matmul(Narrowed(rows), Narrowed(part))));
            }
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

    private Tensor Narrowed(Tensor value) => precision == ComputePrecision.Bf16 ? value.to(ScalarType.BFloat16) : value;

    private Tensor Widened(Tensor value) => precision == ComputePrecision.Bf16 ? value.to(ScalarType.Float32) : value;

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
