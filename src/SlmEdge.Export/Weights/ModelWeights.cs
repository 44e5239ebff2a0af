using SlmEdge.Formats;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Families;
using SlmEdge.Training.Models;

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

    /// <summary>The GGUF file that the weights come from, which holds the tokenizer too; null for a folder.</summary>
    internal virtual GgufFile? Source => null;

    /// <summary>The model's folder, where its tokenizer files are, or its GGUF file.</summary>
    public string Directory { get; }

    /// <summary>The model's name: the name of its folder or file.</summary>
    public string Name => Source is null
        ? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(Directory)))
        : Path.GetFileNameWithoutExtension(Directory);

    /// <summary>The model's shape.</summary>
    public DecoderConfig Config { get; }

    /// <summary>Every tensor in the model's order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Row-major shapes by name.</summary>
    public IReadOnlyDictionary<string, long[]> Shapes { get; }

    /// <summary>Number of parameters; a tied head counts once.</summary>
    public long ParameterCount => Shapes.Values.Sum(shape => shape.Aggregate(1L, (product, dimension) => product * dimension));

    /// <summary>Opens a model, merged with an adapter when one is given.</summary>
    /// <param name="baseDirectory">A folder in Hugging Face's layout, or a GGUF file.</param>
    /// <param name="adapterDirectory">A folder in PEFT's layout, or null.</param>
    /// <param name="into">What the adapter is added to.</param>
    /// <exception cref="ModelFormatException">A file is malformed or truncated, a tensor is missing or has another shape than config.json says.</exception>
    /// <exception cref="SlmEdge.Training.TrainingException">The adapter belongs to another base.</exception>
    public static ModelWeights Open(string baseDirectory, string? adapterDirectory = null, MergeBase into = MergeBase.AsTrained)
    {
        ArgumentException.ThrowIfNullOrEmpty(baseDirectory);
        ModelWeights weights = GgufBase.Is(baseDirectory) ? GgufWeights.Open(baseDirectory) : CheckpointWeights.Open(baseDirectory);
        if (adapterDirectory is null)
        {
            return weights;
        }

        try
        {
            LoraFactors lora = LoraFactors.Open(adapterDirectory, baseDirectory, weights.Shapes);
            return new MergedWeights(into == MergeBase.AsTrained && lora.BaseForm is { } form ? new HeldWeights(weights, form) : weights, lora);
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    /// <summary>Opens a base as an adapter was trained on it, without the adapter.</summary>
    /// <inheritdoc cref="Open"/>
    internal static ModelWeights OpenHeld(string baseDirectory, string adapterDirectory)
    {
        ModelWeights weights = Open(baseDirectory);
        return AdapterDirectory.ReadSettings(adapterDirectory).HeldForm is { } form ? new HeldWeights(weights, form) : weights;
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

    /// <summary>For targets in Hugging Face's layout, which need tokenizer files that a GGUF file does not have.</summary>
    /// <exception cref="ExportException">The weights come from a GGUF file.</exception>
    internal void RequireFolder()
    {
        if (Source is not null)
        {
            throw new ExportException($"'{Directory}' is a GGUF file; it has no tokenizer.json and config.json, which this target needs. Export it as GGUF, or take the model's folder in Hugging Face's layout as --base.");
        }
    }

    /// <summary>Closes the files.</summary>
    private protected abstract void Dispose(bool disposing);
}
