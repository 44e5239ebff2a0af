using SlmEdge.Formats;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;

namespace SlmEdge.Export.Weights;

/// <summary>The weights of a model folder as they are stored.</summary>
internal sealed class CheckpointWeights : ModelWeights
{
    private readonly SafetensorsCollection _tensors;

    private CheckpointWeights(string directory, DecoderConfig config, SafetensorsCollection tensors)
        : base(directory, config)
    {
        _tensors = tensors;
    }

    public static CheckpointWeights Open(string directory)
    {
        if (!System.IO.Directory.Exists(directory))
        {
            throw new ExportException($"The model folder '{directory}' does not exist.");
        }

        DecoderConfig config = DecoderConfig.Load(directory);
        var weights = new CheckpointWeights(directory, config, SafetensorsCollection.Open(directory));
        try
        {
            weights.Check();
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    public override void ReadRows(string name, int firstRow, Span<float> destination) =>
        _tensors.ReadFloat32(name, firstRow * (Shapes[name].Length == 1 ? 1 : Shapes[name][1]), destination);

    private protected override void Dispose(bool disposing) => _tensors.Dispose();

    /// <summary>A tensor that would be left out silently changes the model as much as a missing one, so both are errors.</summary>
    private void Check()
    {
        foreach (string name in Names)
        {
            if (!_tensors.Tensors.TryGetValue(name, out SafetensorsTensor? tensor))
            {
                throw new ModelFormatException("config.json calls for this tensor, but the weights do not have it", Directory, name);
            }

            if (!tensor.Shape.SequenceEqual(Shapes[name]))
            {
                throw new ModelFormatException(
                    $"has shape [{string.Join(", ", tensor.Shape)}], but config.json calls for [{string.Join(", ", Shapes[name])}]", Directory, name);
            }
        }

        string? stranger = _tensors.Tensors.Keys.FirstOrDefault(name => !Shapes.ContainsKey(name) && !MayBeLeftOut(name));
        if (stranger is not null)
        {
            throw new ModelFormatException($"a model of type {Config.ModelType} does not have such a tensor; exporting without it would give another model", Directory, stranger);
        }
    }

    /// <summary>Buffers of old checkpoints that are computed from the configuration, and the copy of a tied head.</summary>
    private bool MayBeLeftOut(string name) =>
        name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || (Config.TieWordEmbeddings && name == "lm_head.weight");
}
