using SlmEdge.Formats.Families;
using SlmEdge.Formats.Gguf;
using SlmEdge.Training.Models;

namespace SlmEdge.Export.Weights;

/// <summary>The weights of a GGUF file, restored from its blocks and brought into Hugging Face's order one tensor at a time.</summary>
internal sealed class GgufWeights : ModelWeights
{
    private readonly GgufFile _file;
    private readonly DecoderTensors _tensors;

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
            GgufBase.Check(file, DecoderTensors.Of(weights.Config));
            return weights;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override float[] Read(string name)
    {
        DecoderTensor tensor = _tensors.Find(name) ?? throw new ExportException($"The model has no tensor '{name}'.");
        float[] values = new float[tensor.Shape.Aggregate(1L, (product, dimension) => product * dimension)];
        _file.ReadFloat32(tensor.GgufName, 0, values);
        return tensor.FromGguf(values);
    }

    private protected override void Dispose(bool disposing) => _file.Dispose();
}
