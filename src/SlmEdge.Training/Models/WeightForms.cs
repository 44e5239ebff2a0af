using SlmEdge.Training.Families;
using SlmEdge.Training.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Models;

/// <summary>
/// In which form each tensor of a base is held. It is chosen before anything is read, so that every tensor goes from its file straight into that
/// form, and a model never stands in memory in a larger one. Norms and biases are always fp32.
/// </summary>
/// <param name="Projection">Reads the matrix of a linear layer.</param>
/// <param name="Table">Reads embedding and head.</param>
internal sealed record WeightForms(Func<StoredTensor, Device, LinearWeight> Projection, Func<StoredTensor, Device, Tensor> Table)
{
    /// <summary>All in fp32, for what is trained or changed.</summary>
    public static WeightForms Float32 { get; } = new(ReadDense, ReadFloat32);

    /// <summary>Frozen: projections in fp32, which CPUs multiply fastest; embedding and head, of which a step touches one part at a time, as stored.</summary>
    public static WeightForms Frozen { get; } = new(ReadDense, ReadStored);

    /// <summary>Frozen: projections in NF4; embedding and head as stored.</summary>
    public static WeightForms Nf4 { get; } = Nf4In(ComputePrecision.Fp32);

    /// <summary>As <see cref="Nf4"/>, with the projections' products in a precision of their own.</summary>
    public static WeightForms Nf4In(ComputePrecision precision) => new((stored, device) => Nf4Weight.Read(stored, device, precision), ReadStored);

    /// <summary>Reads a tensor as fp32.</summary>
    public static Tensor ReadFloat32(StoredTensor stored, Device device) =>
        Read(stored, ScalarType.Float32, device, (first, part) => stored.ReadFloat32(first, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(part)));

    /// <summary>Reads a tensor in the type in which it is stored; whoever computes with it converts the part at hand to fp32.</summary>
    public static Tensor ReadStored(StoredTensor stored, Device device) => Read(stored, stored.StoredType, device, stored.ReadStored);

    private static DenseWeight ReadDense(StoredTensor stored, Device device) => new(ReadFloat32(stored, device));

    private static Tensor Read(StoredTensor stored, ScalarType type, Device device, Action<long, Span<byte>> read)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var value = empty([.. stored.Shape], dtype: type, device: device);
        var flat = value.view(-1);
        var buffer = device.type == DeviceType.CPU ? null : empty(Math.Min(StoredTensor.PartLength, stored.ElementCount), dtype: type);
        for (long first = 0; first < stored.ElementCount; first += StoredTensor.PartLength)
        {
            using var part = flat.narrow(0, first, Math.Min(StoredTensor.PartLength, stored.ElementCount - first));
            if (buffer is null)
            {
                read(first, part.bytes);
            }
            else
            {
                using var host = buffer.narrow(0, 0, part.shape[0]);
                read(first, host.bytes);
                part.copy_(host);
            }
        }

        return value.DetachFromDisposeScope();
    }
}
