using SlmEdge.Formats.Safetensors;
using SlmEdge.Formats.Storage;
using SlmEdge.Training.Models;

namespace SlmEdge.Export.Weights;

/// <summary>Writes a base model and its adapter as one model in Hugging Face's layout.</summary>
public static class ModelMerger
{
    /// <summary>Merges, a slab of rows at a time. The folder appears only when it is complete.</summary>
    /// <param name="baseDirectory">The base model.</param>
    /// <param name="adapterDirectory">The adapter; null only rewrites the base.</param>
    /// <param name="outputDirectory">The folder to write; must not exist or be empty.</param>
    /// <param name="type">
    /// Type of the matrices. F32 keeps the merged model equal to base and adapter; BF16 and F16 halve the size and round every weight.
    /// </param>
    /// <param name="into">What the adapter is added to; <see cref="MergeComparison"/> chooses it.</param>
    /// <param name="progress">Told about each tensor.</param>
    /// <param name="ct">Stops between two tensors; nothing is left behind.</param>
    /// <exception cref="SlmEdge.Training.TrainingException">The adapter belongs to another base.</exception>
    /// <exception cref="IOException">The disk is full or cannot be written, or the folder exists.</exception>
    public static void Write(
        string baseDirectory,
        string? adapterDirectory,
        string outputDirectory,
        SafetensorsType type = SafetensorsType.F32,
        MergeBase into = MergeBase.AsTrained,
        IProgress<ExportProgress>? progress = null,
        CancellationToken ct = default)
    {
        using ModelWeights weights = ModelWeights.Open(baseDirectory, adapterDirectory, into);
        weights.RequireFolder();
        using AtomicDirectory output = AtomicDirectory.Create(outputDirectory);
        string dtype = type switch
        {
            SafetensorsType.F32 => "float32",
            SafetensorsType.F16 => "float16",
            SafetensorsType.BF16 => "bfloat16",
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Merged weights are written as F32, F16 or BF16."),
        };

        int done = 0;
        SafetensorsEntry[] entries =
        [
            .. weights.Names.Select(name => SafetensorsEntry.FromFloat32(name, weights.Shapes[name], type, () =>
            {
                ct.ThrowIfCancellationRequested();
                progress?.Report(new ExportProgress(name, done++, weights.Names.Count));
                return weights.Slabs(name);
            })),
        ];
        SafetensorsWriter.Write(
            Path.Combine(output.StagingPath, "model.safetensors"), entries, new Dictionary<string, string> { ["format"] = "pt" });
        (weights.Config with { TorchDtype = dtype }).Save(output.StagingPath);
        ModelDirectory.CopyCompanions(baseDirectory, output.StagingPath);
        output.Commit();
    }
}
