using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.Gguf.Adapters;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Storage;
using SlmEdge.Training.Quantization;

namespace SlmEdge.Export.Gguf;

/// <summary>Exports models and adapters to GGUF.</summary>
public static class GgufExporter
{
    /// <summary>Exports a model in one pass over its files, with memory that does not grow with the model. Quantised types have the tensors that llama.cpp's own quantiser would write.</summary>
    /// <param name="weights">The model, merged or not.</param>
    /// <param name="path">The file; it appears only when it is complete.</param>
    /// <param name="type">The type of the matrices.</param>
    /// <param name="threads">Threads of the quantiser; 0 takes all cores.</param>
    /// <param name="progress">Told about each tensor.</param>
    /// <param name="ct">Stops between two tensors; nothing is left behind.</param>
    /// <exception cref="ExportException">The tokenizer does not belong to the model.</exception>
    /// <exception cref="IOException">The disk is full or cannot be written.</exception>
    public static void Export(
        ModelWeights weights,
        string path,
        GgufQuantization type,
        int threads = 0,
        IProgress<ExportProgress>? progress = null,
        CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(weights);
        GgufModelWriter.Write(weights, path, type, threads, progress, ct);
    }

    /// <summary>
    /// Exports the base of an adapter as GGUF in the very blocks on which the adapter was trained; with the adapter's own file beside it
    /// (<see cref="ExportAdapter(string, string, string, GgufAdapterIdentity?, CancellationToken)"/>) the device decides as the trainer did. A base that is a GGUF file already is copied.
    /// </summary>
    /// <param name="baseDirectory">The base.</param>
    /// <param name="adapterDirectory">The adapter, trained with <c>--quant</c> of a GGUF type or on a GGUF base.</param>
    /// <param name="path">The file; it appears only when it is complete.</param>
    /// <param name="progress">Told about each tensor.</param>
    /// <param name="ct">Stops between two tensors; nothing is left behind.</param>
    /// <exception cref="ExportException">The adapter was trained on another form.</exception>
    /// <exception cref="SlmEdge.Training.TrainingException">The adapter belongs to another base.</exception>
    public static void ExportHeldBase(
        string baseDirectory, string adapterDirectory, string path, IProgress<ExportProgress>? progress = null, CancellationToken ct = default)
    {
        using ModelWeights weights = ModelWeights.Open(baseDirectory);
        LoraFactors lora = LoraFactors.Open(adapterDirectory, baseDirectory, weights.Shapes);
        if (weights.Source is not null)
        {
            AtomicFile.Write(path, stream =>
            {
                using FileStream source = File.OpenRead(baseDirectory);
                source.CopyTo(stream);
            });
        }
        else if (lora.BaseForm is { } form && form.IsGguf())
        {
            GgufModelWriter.WriteHeld(weights, form, path, progress, ct);
        }
        else
        {
            throw new ExportException(
                $"The adapter '{adapterDirectory}' was trained on a base in {lora.BaseForm?.Name() ?? "its own precision"}, which is no form of GGUF. Train it with --quant {string.Join(", ", BaseForms.Names.Where(n => BaseForms.Parse(n).IsGguf()))}, or export the merged model.");
        }
    }

    /// <summary>Exports an adapter as GGUF LoRA, to be loaded beside the base's GGUF.</summary>
    /// <param name="baseDirectory">The base that the adapter was trained on.</param>
    /// <param name="adapterDirectory">The adapter in PEFT's layout.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="ct">Stops between two tensors.</param>
    /// <exception cref="SlmEdge.Training.TrainingException">The adapter belongs to another base.</exception>
    /// <exception cref="ExportException">The adapter is DoRA, which GGUF cannot carry.</exception>
    public static void ExportAdapter(string baseDirectory, string adapterDirectory, string path, CancellationToken ct = default) =>
        ExportAdapter(baseDirectory, adapterDirectory, path, null, ct);

    /// <summary>Exports an adapter as GGUF LoRA that says what it was trained on, to be loaded beside a model that runs.</summary>
    /// <param name="baseDirectory">The base that the adapter was trained on.</param>
    /// <param name="adapterDirectory">The adapter in PEFT's layout.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="identity">What it says (<see cref="AdapterIdentity"/>); null for nothing beyond llama.cpp's keys.</param>
    /// <param name="ct">Stops between two tensors.</param>
    /// <exception cref="SlmEdge.Training.TrainingException">The adapter belongs to another base.</exception>
    /// <exception cref="ExportException">The adapter is DoRA, which GGUF cannot carry.</exception>
    public static void ExportAdapter(string baseDirectory, string adapterDirectory, string path, GgufAdapterIdentity? identity, CancellationToken ct = default)
    {
        using ModelWeights weights = ModelWeights.Open(baseDirectory);
        LoraFactors lora = LoraFactors.Open(adapterDirectory, baseDirectory, weights.Shapes);
        if (lora.HasMagnitudes)
        {
            throw new ExportException(
                $"'{adapterDirectory}' is a DoRA adapter. A GGUF adapter holds the two LoRA factors only and cannot carry its magnitudes. Export the merged model instead: slm-export gguf --base … --adapter ….");
        }

        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(adapterDirectory)));
        GgufModelWriter.WriteAdapter(lora, name, identity, weights.Config, path, ct);
    }
}
