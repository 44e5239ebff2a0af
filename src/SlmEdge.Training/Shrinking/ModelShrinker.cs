using SlmEdge.Formats;
using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Formats.Storage;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.Shrinking;

/// <summary>
/// Makes a smaller model of a model folder: fewer blocks, or only the tokens that a domain uses. The result is a model folder like any other, which trains
/// and exports as such. Weights are copied as they are, a part at a time.
/// </summary>
public static class ModelShrinker
{
    private const int PartElements = 1 << 22;

    /// <summary>Makes the smaller model. The folder appears only when it is complete.</summary>
    /// <param name="source">A folder in Hugging Face's layout.</param>
    /// <param name="target">The folder to write; must not exist or be empty.</param>
    /// <param name="plan">What goes.</param>
    /// <param name="ct">Stops between two tensors; nothing is left behind.</param>
    /// <exception cref="TrainingException">The source is a GGUF file, or has fewer blocks than are to stay.</exception>
    /// <exception cref="ModelFormatException">A file is malformed, or the vocabulary is of a kind that cannot be trimmed.</exception>
    /// <exception cref="IOException">The disk is full or cannot be written, or the folder exists.</exception>
    public static ShrinkOutcome Shrink(string source, string target, ShrinkPlan plan, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (GgufBase.Is(source))
        {
            throw new TrainingException($"'{source}' is a GGUF file; layers and tokens can be left out of a model's folder in Hugging Face's layout.");
        }

        DecoderConfig config = DecoderConfig.Load(source);
        using BaseTokenizer tokenizer = BaseTokenizer.Open(source);
        ClassificationPrompt? prompt = plan.Task is { Kind: TaskKind.Classify } task
            ? ClassificationPrompt.Create(task, tokenizer, plan.Codes is { Count: > 0 } codes ? codes : null)
            : null;
        LayerChoice? layers = plan.KeepLayers is { } keep ? ChooseLayers(source, config, tokenizer, prompt, plan.Texts, keep, ct) : null;
        int[]? tokens = plan.Corpus is { } corpus
            ? VocabularyTrim.Choose(
                TrimmedTokenizerFiles.Definition(source),
                VocabularyUse.Of(tokenizer, source, corpus, prompt, ct).Concat(TrimmedTokenizerFiles.NamedIds(source).Where(id => id < tokenizer.VocabularySize)))
            : null;
        Write(source, target, config, layers?.Kept, tokens, ct);
        return Describe(target, layers, tokens, config.VocabSize, prompt);
    }

    /// <summary>Writes a model with some of its blocks only, its vocabulary whole. A folder that is there is replaced.</summary>
    internal static void KeepLayers(string source, string target, IReadOnlyList<int> layers, CancellationToken ct) =>
        Write(source, target, DecoderConfig.Load(source), layers, null, ct, overwrite: true);

    private static LayerChoice ChooseLayers(
        string source, DecoderConfig config, BaseTokenizer tokenizer, ClassificationPrompt? prompt, IReadOnlyList<string> texts, int keep, CancellationToken ct)
    {
        LayerSelection.Check(keep, config.NumHiddenLayers);
        int[][] prompts =
        [
            .. texts.Where(text => !string.IsNullOrWhiteSpace(text)).Select(text => prompt is null
                ? tokenizer.Encode(text.Trim())
                : [.. prompt.Prefix, .. prompt.EncodeText(text)])
            .Where(tokens => tokens.Length > 0 && tokens.Length <= config.ContextLength),
        ];
        using DecoderModel model = ModelDirectory.Load(source, WeightForms.Frozen);
        return LayerSelection.Choose(model, prompts, keep, ct);
    }

    private static ShrinkOutcome Describe(string target, LayerChoice? layers, int[]? tokens, int tokensBefore, ClassificationPrompt? prompt)
    {
        IReadOnlyList<LabelCode> codes = prompt?.Codes ?? [];
        if (tokens is null)
        {
            return new ShrinkOutcome(target, layers, null, tokensBefore, codes, prompt?.Sha256);
        }

        LabelCode[] renumbered = [.. codes.Select(code => code with { TokenId = Array.BinarySearch(tokens, code.TokenId) })];
        using BaseTokenizer tokenizer = BaseTokenizer.Open(target);
        string? sha256 = prompt is null ? null : ClassificationPrompt.Create(prompt.Task, tokenizer, renumbered.Length > 0 ? renumbered : null).Sha256;
        return new ShrinkOutcome(target, layers, tokens, tokensBefore, renumbered, sha256);
    }

    private static void Write(string source, string target, DecoderConfig config, IReadOnlyList<int>? layers, int[]? tokens, CancellationToken ct, bool overwrite = false)
    {
        DecoderConfig smaller = Smaller(config, layers, tokens);
        using SafetensorsCollection weights = SafetensorsCollection.Open(source);
        using AtomicDirectory output = AtomicDirectory.Create(target, overwrite);
        SafetensorsEntry[] entries = [.. DecoderTensors.Of(smaller).All.Select(tensor => Entry(weights, source, tensor, layers, tokens, ct))];
        SafetensorsWriter.Write(Path.Combine(output.StagingPath, "model.safetensors"), entries, new Dictionary<string, string> { ["format"] = "pt" });
        smaller.Save(output.StagingPath);
        if (tokens is null)
        {
            ModelDirectory.CopyCompanions(source, output.StagingPath);
        }
        else
        {
            TrimmedTokenizerFiles.Write(source, output.StagingPath, tokens);
        }

        output.Commit();
    }

    private static DecoderConfig Smaller(DecoderConfig config, IReadOnlyList<int>? layers, int[]? tokens)
    {
        if (layers is not null)
        {
            config = config with
            {
                // A block keeps to the window, or does not, by where it stood.
                SlidingLayers = config.Family.SlidesWindow && config.SlidingWindow is not null && layers.Count < config.NumHiddenLayers
                    ? [.. layers.Select(layer => config.Window(layer) > 0)]
                    : config.SlidingLayers,
                NumHiddenLayers = layers.Count,
            };
        }

        return tokens is null ? config : config with
        {
            VocabSize = tokens.Length,
            BosTokenId = New(config.BosTokenId),
            EosTokenId = New(config.EosTokenId),
        };

        int? New(int? id) => id is { } old && Array.BinarySearch(tokens, old) is >= 0 and var place ? place : null;
    }

    private static SafetensorsEntry Entry(
        SafetensorsCollection weights, string source, DecoderTensor tensor, IReadOnlyList<int>? layers, int[]? tokens, CancellationToken ct)
    {
        string name = layers is null || tensor.Layer < 0
            ? tensor.Name
            : tensor.Name.Replace(Prefix(tensor.Layer), Prefix(layers[tensor.Layer]), StringComparison.Ordinal);
        SafetensorsTensor stored = weights.Tensors.GetValueOrDefault(name)
            ?? throw new ModelFormatException("config.json calls for this tensor, but the weights do not have it", source, name);
        bool byToken = tokens is not null && tensor.Part is DecoderPart.Embedding or DecoderPart.Head;
        if (!stored.Shape.Skip(byToken ? 1 : 0).SequenceEqual(tensor.Shape.Skip(byToken ? 1 : 0)) || (byToken && stored.Shape[0] <= tokens![^1]))
        {
            throw new ModelFormatException($"has shape [{string.Join(", ", stored.Shape)}], but config.json calls for another one", source, name);
        }

        SafetensorsType type = stored.Type is SafetensorsType.F16 or SafetensorsType.BF16 ? stored.Type : SafetensorsType.F32;
        return SafetensorsEntry.FromFloat32(tensor.Name, tensor.Shape, type, () => Parts());

        IEnumerable<ReadOnlyMemory<float>> Parts()
        {
            long rows = tensor.Shape[0];
            long width = tensor.Shape.Length == 1 ? 1 : tensor.Shape[1];
            int most = (int)Math.Min(rows, Math.Max(1, PartElements / width));
            float[] buffer = new float[most * width];
            for (long first = 0; first < rows; first += most)
            {
                ct.ThrowIfCancellationRequested();
                int count = (int)Math.Min(most, rows - first);
                if (byToken)
                {
                    for (int row = 0; row < count; row++)
                    {
                        weights.ReadFloat32(name, tokens![first + row] * width, buffer.AsSpan((int)(row * width), (int)width));
                    }
                }
                else
                {
                    weights.ReadFloat32(name, first * width, buffer.AsSpan(0, (int)(count * width)));
                }

                yield return buffer.AsMemory(0, (int)(count * width));
            }
        }
    }

    private static string Prefix(int layer) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"model.layers.{layer}.");
}
