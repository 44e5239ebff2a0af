using SlmEdge.Export.Weights;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Onnx;
using SlmEdge.Formats.Storage;
using SlmEdge.Training.Models;

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
    /// <exception cref="ExportException">The model's width does not divide into blocks.</exception>
    /// <exception cref="IOException">The disk is full or cannot be written, or the folder exists.</exception>
    public static void Export(
        ModelWeights weights,
        string directory,
        OnnxPrecision precision,
        IProgress<ExportProgress>? progress = null,
        CancellationToken ct = default,
        OnnxQuantizationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(weights);
        options ??= new OnnxQuantizationOptions();
        if (precision == OnnxPrecision.Int4 && weights.Config.HiddenSize % options.Embedding.BlockSize != 0)
        {
            throw new ExportException(
                $"The model's hidden_size {weights.Config.HiddenSize} is not a multiple of {options.Embedding.BlockSize}, as the int4 export of the embedding needs; export fp32.");
        }

        using AtomicDirectory output = AtomicDirectory.Create(directory);
        int done = 0;
        OnnxGraphBuilder graph = DecoderOnnxGraph.Build(weights, precision, options, name =>
        {
            ct.ThrowIfCancellationRequested();
            progress?.Report(new ExportProgress(name, Math.Min(done++, weights.Names.Count), weights.Names.Count));
        });
        OnnxModelWriter.Write(graph, Path.Combine(output.StagingPath, OnnxFileNames.Model), OnnxFileNames.Data);
        WriteCompanions(weights, output.StagingPath);
        output.Commit();
    }

    /// <summary>The files of an exported folder.</summary>
    /// <param name="directory">The folder.</param>
    public static IReadOnlyList<string> ModelFiles(string directory) =>
        [.. Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal)];

    private static void WriteCompanions(ModelWeights weights, string target)
    {
        weights.Config.Save(target);
        ModelDirectory.CopyCompanions(weights.Directory, target);
        GenAiConfig.Write(Path.Combine(target, OnnxFileNames.GenAiConfig), weights.Config, GenerationConfig.Load(weights.Directory));
        GgufVocabulary.WriteVocabularyOnly(Path.Combine(target, OnnxFileNames.Vocabulary), HuggingFaceTokenizer.Load(weights.Directory));
    }
}
