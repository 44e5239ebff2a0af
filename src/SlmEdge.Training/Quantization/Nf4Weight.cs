using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using static TorchSharp.torch;

namespace SlmEdge.Training.Quantization;

/// <summary>Frozen projections in NF4.</summary>
internal static class Nf4Weight
{
    /// <summary>Quantises a stored matrix while it is read.</summary>
    public static LinearWeight Read(StoredTensor stored, Device device, ComputePrecision precision) =>
        new BlockWeight(Nf4Matrix.Read(stored), device, precision);

    /// <summary>Quantises a layer's dense weight.</summary>
    public static LinearWeight Quantize(LinearLayer layer)
    {
        var weight = layer.Weight;
        using var dense = weight.ToDense();
        return new BlockWeight(new Nf4Matrix(weight.OutFeatures, weight.InFeatures, ModelDirectory.ReadValues(dense)), dense.device);
    }
}
