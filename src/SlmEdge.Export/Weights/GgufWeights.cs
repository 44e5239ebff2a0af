using SlmEdge.Formats.Families;
using SlmEdge.Formats.Gguf;
using SlmEdge.Training.Models;

namespace SlmEdge.Export.Weights;

/// <summary>The weights of a GGUF file, restored from its blocks and brought into Hugging Face's order one tensor at a time.</summary>
internal sealed class GgufWeights : ModelWeights
{
    private readonly GgufFile _file;
    private readonly DecoderTensors _tensors;
    private readonly RestoredTensor _restored = new();

    private GgufWeights(string path, GgufFile file)
        : base(path, GgufDecoderConfig.Read(file))
    {
        _file = file;
        _tensors = DecoderTensors.Of(Config);
    }

    internal override GgufFile Source => _file;

    public static GgufWeights Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new ExportException($"The model file '{path}' does not exist.");
        }

        GgufFile file = GgufFile.Open(path);
        try
        {
            var weights = new GgufWeights(path, file);
            GgufBase.Check(file, weights.Config);
            return weights;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override void ReadRows(string name, int firstRow, Span<float> destination)
    {
        DecoderTensor tensor = _tensors.Find(name) ?? throw new ExportException($"The model has no tensor '{name}'.");
        int width = tensor.Shape.Length == 1 ? 1 : (int)tensor.Shape[1];
        if (tensor is { InterleavedHeads: 0, GgufOffset: 0 })
        {
            _file.ReadFloat32(tensor.GgufName, tensor.GgufStart + ((long)firstRow * width), destination);
            return;
        }

        _restored.ReadRows(name, firstRow, width, destination, () =>
        {
            float[] values = new float[tensor.Shape.Aggregate(1L, (product, dimension) => product * dimension)];
            _file.ReadFloat32(tensor.GgufName, tensor.GgufStart, values);
            return tensor.FromGguf(values);
        });
    }

    private protected override void Dispose(bool disposing) => _file.Dispose();
}
