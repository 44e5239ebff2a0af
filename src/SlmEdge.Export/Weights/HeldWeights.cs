using SlmEdge.Formats.Gguf;
using SlmEdge.Training.Quantization;

namespace SlmEdge.Export.Weights;

/// <summary>A base as its adapter was trained on it: every tensor that the trainer held in blocks has the values of these blocks.</summary>
internal sealed class HeldWeights(ModelWeights weights, BaseForm form) : ModelWeights(weights.Directory, weights.Config)
{
    internal override GgufFile? Source => weights.Source;

    public override float[] Read(string name)
    {
        float[] values = weights.Read(name);
        HeldBase.Matrix(form, name, Shapes[name], values)?.Dequantize(values);
        return values;
    }

    private protected override void Dispose(bool disposing) => weights.Dispose();
}
