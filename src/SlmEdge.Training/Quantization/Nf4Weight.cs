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
        return Widened(nn.functional.linear(Narrowed(x), Narrowed(ToDense()))).MoveToOuterDisposeScope();
    }

    /// <summary><c>gradient · W</c>: the gradient of the input.</summary>
    internal Tensor InputGradient(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        return Widened(matmul(Narrowed(gradient), Narrowed(ToDense()))).MoveToOuterDisposeScope();
    }

    private Tensor Narrowed(Tensor value) => precision == ComputePrecision.Bf16 ? value.to(ScalarType.BFloat16) : value;

    private Tensor Widened(Tensor value) => precision == ComputePrecision.Bf16 ? value.to(ScalarType.Float32) : value;

    public override Tensor ToDense()
    {
        var host = empty(new[] { matrix.Rows, matrix.Columns }, dtype: ScalarType.Float32);
        matrix.Dequantize(MemoryMarshal.Cast<byte, float>(host.bytes));
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
