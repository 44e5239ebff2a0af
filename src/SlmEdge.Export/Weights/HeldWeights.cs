using SlmEdge.Formats.Gguf;
using SlmEdge.Training.Quantization;

namespace SlmEdge.Export.Weights;

/// <summary>A base as its adapter was trained on it: every tensor that the trainer held in blocks has the values of these blocks.</summary>
internal sealed class HeldWeights(ModelWeights weights, BaseForm form) : ModelWeights(weights.Directory, weights.Config)
{
    private readonly RestoredTensor _restored = new();

    internal override GgufFile? Source => weights.Source;

    public override void ReadRows(string name, int firstRow, Span<float> destination)
    {
        if (Shapes[name].Length == 1 || (form == BaseForm.Nf4 && !HeldBase.IsProjection(name)))
        {
            weights.ReadRows(name, firstRow, destination);
            return;
        }

        // The scales of NF4 are quantised over the whole matrix, so its rows cannot be restored by themselves.
        _restored.ReadRows(name, firstRow, (int)Shapes[name][1], destination, () =>
        {
            float[] values = weights.Read(name);
            HeldBase.Matrix(form, name, Shapes[name], values)?.Dequantize(values);
            return values;
        });
    }

    private protected override void Dispose(bool disposing) => weights.Dispose();
}
