using System.Runtime.InteropServices;
using SlmEdge.Formats.Safetensors;
using static TorchSharp.torch;

namespace SlmEdge.Training.Models;

/// <summary>A tensor in a safetensors file or shard.</summary>
internal sealed class SafetensorsTensorReader(SafetensorsCollection weights, SafetensorsTensor tensor) : StoredTensor(tensor.Name, [.. tensor.Shape])
{
    public override ScalarType StoredType => tensor.Type switch
    {
        SafetensorsType.BF16 => ScalarType.BFloat16,
        SafetensorsType.F16 => ScalarType.Float16,
        _ => ScalarType.Float32,
    };

    public override void ReadFloat32(long first, Span<float> destination) => weights.ReadFloat32(Name, first, destination);

    public override void ReadStored(long first, Span<byte> destination)
    {
        if (StoredType == ScalarType.Float32)
        {
            // Also what is no floating-point type at all, which is refused there.
            ReadFloat32(first, MemoryMarshal.Cast<byte, float>(destination));
        }
        else
        {
            weights.ReadBytes(Name, first * sizeof(ushort), destination);
        }
    }
}
