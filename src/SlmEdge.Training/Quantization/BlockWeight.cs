using System.Runtime.InteropServices;
using SlmEdge.Training.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Quantization;

/// <summary>
/// A frozen projection in quantised blocks. Forward and backward each restore it for the one product that needs it, some rows at a time.
/// </summary>
internal sealed class BlockWeight(QuantizedMatrix matrix, Device device, ComputePrecision precision = ComputePrecision.Fp32) : LinearWeight
{
    /// <summary>Elements that are fp32 at a time: 8 MiB.</summary>
    private const long PartElements = 1 << 21;

    public QuantizedMatrix Matrix => matrix;

    public override long OutFeatures => matrix.Rows;

    public override long InFeatures => matrix.Columns;

    public override long ByteLength => matrix.ByteLength;

    public override Tensor Multiply(Tensor x) =>
        is_grad_enabled() && x.requires_grad ? BlockProduct.apply(x, this) : Product(x);

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
        var most = Math.Max(QuantizedMatrix.RowStep, PartElements / matrix.Columns / QuantizedMatrix.RowStep * QuantizedMatrix.RowStep);
        using var host = empty(Math.Min(most, matrix.Rows), matrix.Columns, dtype: ScalarType.Float32);
        for (long first = 0; first < matrix.Rows; first += most)
        {
            using var rows = host.narrow(0, 0, Math.Min(most, matrix.Rows - first));
            matrix.DequantizeRows(first, MemoryMarshal.Cast<byte, float>(rows.bytes));
            using var part = device.type == DeviceType.CPU ? rows.alias() : rows.to(device);
            yield return (first, part);
        }
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
        // The blocks are managed memory.
    }
}
