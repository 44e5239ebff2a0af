using SlmEdge.Export.Gguf;
using SlmEdge.Export.Weights;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Onnx;
using SlmEdge.Formats.Storage;
using SlmEdge.Training.Models;
using SlmEdge.Training.Quantization;

namespace SlmEdge.Export.Onnx;

/// <summary>Exports models to folders that ONNX Runtime, ONNX Runtime GenAI and <c>OnnxEngine</c> load.</summary>
public static class OnnxExporter
{
    /// <summary>Exports a model. The folder appears only when it is complete.</summary>
    /// <param name="weights">The model, merged or not.</param>
    /// <param name="directory">The folder to write; must not exist or be empty.</param>
    /// <param name="precision">How the matrices are stored.</param>
    /// <param name="progress">Told about each tensor.</param>
    /// <param name="ct">Stops between two tensors; nothing is left behind.</param>
    /// <param name="options">Details of int4; null takes the defaults.</param>
    /// <exception cref="ExportException">The model's width does not divide into blocks, or its tokenizer has more tokens than it has embeddings.</exception>
    /// <exception cref="IOException">The disk is full or cannot be written, or the folder exists.</exception>
    public static void Export(
        ModelWeights weights,
        string directory,
        OnnxPrecision precision,
        IProgress<ExportProgress>? progress = null,
        CancellationToken ct = default,
        OnnxQuantizationOptions? options = null) =>
        Export(weights, null, directory, precision, progress, ct, options);

    /// <summary>
    /// Exports a base in the int4 blocks on which an adapter was trained (<c>--quant int4-onnx</c>), with the adapter as a branch beside each product,
    /// computed on 32-bit activations as in the trainer: the folder decides as the trainer did.
    /// </summary>
    /// <param name="baseDirectory">The base.</param>
    /// <param name="adapterDirectory">The adapter.</param>
    /// <param name="directory">The folder to write; must not exist or be empty.</param>
    /// <param name="progress">Told about each tensor.</param>
    /// <param name="ct">Stops between two tensors; nothing is left behind.</param>
    /// <exception cref="ExportException">The adapter was trained on another form.</exception>
    /// <exception cref="SlmEdge.Training.TrainingException">The adapter belongs to another base.</exception>
    public static void ExportHeldBase(
        string baseDirectory, string adapterDirectory, string directory, IProgress<ExportProgress>? progress = null, CancellationToken ct = default)
    {
        using ModelWeights weights = ModelWeights.Open(baseDirectory);
        LoraFactors lora = LoraFactors.Open(adapterDirectory, baseDirectory, weights.Shapes);
        if (lora.HasMagnitudes)
        {
            throw new ExportException(
                $"'{adapterDirectory}' is a DoRA adapter, which changes the length of the base's rows, so it cannot stand beside a base in its own blocks. Export the merged model instead: slm-export onnx --base … --adapter ….");
        }

        if (lora.BaseForm != BaseForm.Int4Onnx)
        {
            throw new ExportException(
                $"The adapter '{adapterDirectory}' was trained on a base in {lora.BaseForm?.Name() ?? "its own precision"}. Train it with --quant {BaseForm.Int4Onnx.Name()}, or export the merged model.");
        }

        Export(weights, lora, directory, OnnxPrecision.Int4, progress, ct, new OnnxQuantizationOptions { AccuracyLevel = 1 });
    }

    private static void Export(
        ModelWeights weights,
        LoraFactors? lora,
        string directory,
        OnnxPrecision precision,
        IProgress<ExportProgress>? progress,
        CancellationToken ct,
        OnnxQuantizationOptions? options)
    {
        ArgumentNullException.ThrowIfNull(weights);
        weights.RequireFolder();
        options ??= new OnnxQuantizationOptions();
        if (precision == OnnxPrecision.Int4 && weights.Config.HiddenSize % options.Embedding.BlockSize != 0)
        {
            throw new ExportException(
                $"The model's hidden_size {weights.Config.HiddenSize} is not a multiple of {options.Embedding.BlockSize}, as the int4 export of the embedding needs; export fp32.");
        }

        HuggingFaceTokenizer tokenizer = GgufModelWriter.LoadTokenizer(weights);
        using AtomicDirectory output = AtomicDirectory.Create(directory);
        int done = 0;
        OnnxGraphBuilder graph = DecoderOnnxGraph.Build(weights, precision, options, lora, name =>
        {
            ct.ThrowIfCancellationRequested();
            progress?.Report(new ExportProgress(name, Math.Min(done++, weights.Names.Count), weights.Names.Count));
        });
        OnnxModelWriter.Write(graph, Path.Combine(output.StagingPath, OnnxFileNames.Model), OnnxFileNames.Data);
        WriteCompanions(weights, tokenizer, output.StagingPath);
        output.Commit();
    }

    /// <summary>The files of an exported folder.</summary>
    /// <param name="directory">The folder.</param>
    public static IReadOnlyList<string> ModelFiles(string directory) =>
        [.. Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal)];

    private static void WriteCompanions(ModelWeights weights, HuggingFaceTokenizer tokenizer, string target)
    {
        weights.Config.Save(target);
        ModelDirectory.CopyCompanions(weights.Directory, target);
        GenAiConfig.Write(Path.Combine(target, OnnxFileNames.GenAiConfig), weights.Config, GenerationConfig.Load(weights.Directory));
        GgufVocabulary.WriteVocabularyOnly(Path.Combine(target, OnnxFileNames.Vocabulary), tokenizer);
    }
}
