using SlmEdge.Formats;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Training.Families;

namespace SlmEdge.Export.Weights;

/// <summary>
/// The weights of a Llama-family model by Hugging Face names, read one tensor at a time as single precision, so that a conversion
/// needs memory for about one tensor. With an adapter, the tensors are merged while they are read.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
public abstract class ModelWeights : IDisposable
{
    private protected ModelWeights(string directory, DecoderConfig config)
    {
        Directory = directory;
        Config = config;
        Shapes = DecoderTensorNames.Shapes(config).ToDictionary(s => s.Name, s => s.Shape, StringComparer.Ordinal);
        Names = [.. DecoderTensorNames.All(config)];
    }

    /// <summary>The model's folder, where its tokenizer files are.</summary>
    public string Directory { get; }

    /// <summary>The model's name: the name of its folder.</summary>
    public string Name => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Directory)));

    /// <summary>The model's shape.</summary>
    public DecoderConfig Config { get; }

    /// <summary>Every tensor in the model's order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Row-major shapes by name.</summary>
    public IReadOnlyDictionary<string, long[]> Shapes { get; }

    /// <summary>Number of parameters; a tied head counts once.</summary>
    public long ParameterCount => Shapes.Values.Sum(shape => shape.Aggregate(1L, (product, dimension) => product * dimension));

    /// <summary>Opens a model, merged with an adapter when one is given.</summary>
    /// <param name="baseDirectory">A folder in Hugging Face's layout.</param>
    /// <param name="adapterDirectory">A folder in PEFT's layout, or null.</param>
    /// <exception cref="ModelFormatException">A file is malformed or truncated, a tensor is missing or has another shape than config.json says.</exception>
    /// <exception cref="SlmEdge.Training.TrainingException">The adapter belongs to another base.</exception>
    public static ModelWeights Open(string baseDirectory, string? adapterDirectory = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(baseDirectory);
        var weights = CheckpointWeights.Open(baseDirectory);
        if (adapterDirectory is null)
        {
            return weights;
        }

        try
        {
            return new MergedWeights(weights, LoraFactors.Open(adapterDirectory, baseDirectory, weights.Shapes));
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Reads one tensor, row-major.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public abstract float[] Read(string name);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the files.</summary>
    private protected abstract void Dispose(bool disposing);
}
