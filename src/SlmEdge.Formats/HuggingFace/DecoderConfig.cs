using SlmEdge.Formats.Families;
using SlmEdge.Formats.Gguf;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>
/// The shape of a decoder, as <c>config.json</c> has it: what every family shares. What its blocks are made of follows from its <see cref="Family"/>.
/// Field names and defaults follow Hugging Face's configurations.
/// </summary>
public sealed record DecoderConfig
{
    /// <summary>The family.</summary>
    public ModelFamily Family { get; init; } = ModelFamilies.Llama;

    /// <summary><c>model_type</c>.</summary>
    public string ModelType => Family.ModelType;

    /// <summary>Architecture names; <c>LlamaForCausalLM</c>.</summary>
    public IReadOnlyList<string> Architectures { get; init; } = ["LlamaForCausalLM"];

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of transformer blocks.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Number of key/value heads; divides <see cref="NumAttentionHeads"/>.</summary>
    public required int NumKeyValueHeads { get; init; }

    /// <summary>Width of one head.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Rows of the embedding.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Longest sequence that the configuration states, in tokens.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>Epsilon of the norms.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>Base of the rotary frequencies.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Base of the rotary frequencies of the layers that keep to the window, which are never stretched; null where they have no base of their own.</summary>
    public double? LocalRopeTheta { get; init; }

    /// <summary>Share of a head that is rotated: its first elements.</summary>
    public double PartialRotaryFactor { get; init; } = 1;

    /// <summary>How positions are stretched beyond the original context, or null.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>A token sees itself and the <c>SlidingWindow - 1</c> tokens before it, in layers that keep to a window; null where none does.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>Which layers keep to the window; null for the family's own pattern.</summary>
    public IReadOnlyList<bool>? SlidingLayers { get; init; }

    /// <summary>Whether the projections of attention have biases, in families that leave it open.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Whether the projections of the feed-forward layer have biases, in families that leave it open.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>Whether queries and keys have norms, in families that leave it open.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Whether attention and feed-forward layer stand side by side, in families that leave it open.</summary>
    public bool ParallelResidual { get; init; }

    /// <summary>The scores are divided by the square root of this; null for the width of a head.</summary>
    public double? QueryPreAttnScalar { get; init; }

    /// <summary>Bound of the attention's scores: <c>c · tanh(score / c)</c>; null for none.</summary>
    public double? AttentionSoftcap { get; init; }

    /// <summary>Bound of the logits; null for none.</summary>
    public double? LogitSoftcap { get; init; }

    /// <summary>Weight of the logarithm by which queries beyond the original context grow; null for none.</summary>
    public double? QueryTemperature { get; init; }

    /// <summary>Whether the output head is the embedding.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Token at the begin of a sequence, or null.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Token at the end of a sequence (the first one when the file lists several), or null.</summary>
    public int? EosTokenId { get; init; }

    /// <summary>Element type of the weights: <c>float32</c>, <c>bfloat16</c>, <c>float16</c>; or null when not stated.</summary>
    public string? TorchDtype { get; init; }

    /// <summary>What the blocks are made of.</summary>
    public BlockDesign Blocks => Family.Blocks(this);

    /// <summary>Longest sequence that trainer and every export compute alike, in tokens: a window that the exports do not keep bounds it.</summary>
    public int ContextLength => Family.SlidesWindow ? MaxPositionEmbeddings : Math.Min(MaxPositionEmbeddings, SlidingWindow ?? MaxPositionEmbeddings);

    /// <summary>Number of elements of a head that are rotated; even, because rotary positions turn pairs.</summary>
    public int RotaryDim => (int)(PartialRotaryFactor * HeadDim);

    /// <summary>Factor on the attention's scores.</summary>
    public double AttentionScale => 1 / Math.Sqrt(QueryPreAttnScalar ?? HeadDim);

    /// <summary>The window of a layer in tokens; 0 where it sees everything before it.</summary>
    /// <param name="layer">Layer, from 0.</param>
    public int Window(int layer) => Family.SlidesWindow && SlidingWindow is { } window && (SlidingLayers?[layer] ?? Family.Slides(layer)) ? window : 0;

    /// <summary>Whether a layer has the rotary frequencies of <see cref="LocalRopeTheta"/>.</summary>
    /// <param name="layer">Layer, from 0.</param>
    public bool IsLocal(int layer) => LocalRopeTheta is not null && Window(layer) > 0;

    /// <summary>The rotary positions of the layers that see everything.</summary>
    /// <param name="isLong">Whether sequences are longer than the stretching's <see cref="RopeScaling.SwitchLength"/>.</param>
    public RotaryPositions GlobalPositions(bool isLong = false)
    {
        double[] frequencies = Frequencies(RopeTheta);
        return new RotaryPositions(RopeScaling?.Stretch(frequencies, RopeTheta, isLong) ?? frequencies, RopeScaling?.Magnitude ?? 1);
    }

    /// <summary>The rotary positions of the layers for which <see cref="IsLocal"/> holds.</summary>
    public RotaryPositions LocalPositions() => new(Frequencies(LocalRopeTheta ?? RopeTheta), 1);

    /// <summary>The factor on a query by its position, <c>1 + β · ln(1 + ⌊position / original context⌋)</c>; null where queries do not grow.</summary>
    public Func<long, double>? QueryGrowth() => QueryTemperature is { } beta && RopeScaling is YarnRopeScaling { OriginalContext: var original }
        ? position => 1 + (beta * Math.Log(1 + (position / original)))
        : null;

    /// <summary>The tensors by which GGUF says how positions are stretched.</summary>
    public IEnumerable<(string Name, float[] Values)> RopeTensors() => RopeScaling?.GgufTensors(Frequencies(RopeTheta)) ?? [];

    /// <summary>Sets the keys of the model's shape that llama.cpp's converter sets for its family.</summary>
    /// <param name="writer">The file being collected.</param>
    public void WriteGguf(GgufWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Family.WriteGguf(writer, this);
    }

    /// <summary>Reads <c>config.json</c>.</summary>
    /// <param name="directoryOrFile">The model folder or the file.</param>
    /// <exception cref="ModelFormatException">A field is missing, of a wrong type, inconsistent, or asks for something that is not implemented.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static DecoderConfig Load(string directoryOrFile) => DecoderConfigJson.Load(directoryOrFile);

    /// <summary>Writes <c>config.json</c> into a folder, atomically.</summary>
    public void Save(string directory) => DecoderConfigJson.Save(this, directory);

    private double[] Frequencies(double theta) => [.. Enumerable.Range(0, RotaryDim / 2).Select(i => Math.Pow(theta, -2.0 * i / RotaryDim))];
}
