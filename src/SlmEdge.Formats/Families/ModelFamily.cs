using System.Text.Json;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// A family of decoders: how its <c>config.json</c> maps, what its blocks are made of, how its tensors are named in Hugging Face's layout and in GGUF,
/// and which keys GGUF wants of it. A family is one class derived from this and one row of <see cref="ModelFamilies"/>.
/// </summary>
public abstract class ModelFamily
{
    /// <summary><c>model_type</c> of Hugging Face's <c>config.json</c>, which is also the type that ONNX Runtime GenAI goes by.</summary>
    public abstract string ModelType { get; }

    /// <summary>Name of the Hugging Face class, for <c>architectures</c>.</summary>
    public abstract string Architecture { get; }

    /// <summary><c>general.architecture</c> of GGUF, which chooses llama.cpp's graph and prefixes its keys.</summary>
    public abstract string GgufArchitecture { get; }

    /// <summary>Whether llama.cpp's graph turns neighbouring elements of a head, so that the converter interleaves the rows of query and key matrices.</summary>
    public virtual bool InterleavesRotaryRows => false;

    /// <summary>
    /// Whether llama.cpp's graph keeps the sliding window. Where it does not, longer sequences would get other answers on the device than in Hugging Face's code,
    /// so that the window bounds the context.
    /// </summary>
    public virtual bool SlidesWindow => false;

    /// <summary>The kinds of stretched positions (<c>rope_type</c>) that llama.cpp's graph of the family follows.</summary>
    public virtual IReadOnlyList<string> RopeTypes => [];

    /// <summary>Whether the head must be the embedding (true), must not be (false), or may be either (null).</summary>
    public virtual bool? TiedHead => null;

    /// <summary>Whether llama.cpp's graph takes YaRN's bounds from the file; elsewhere they are the paper's.</summary>
    public virtual bool FollowsYarnBounds => false;

    /// <summary>Base of the rotary frequencies where the configuration has none.</summary>
    public virtual double DefaultRopeTheta => 10000;

    /// <summary>Where a configuration has the epsilon of the norms.</summary>
    internal virtual string NormEpsilonField => "rms_norm_eps";

    /// <summary>Where a configuration names the activation of the gate.</summary>
    internal virtual string ActivationField => "hidden_act";

    /// <summary>The names of the parts.</summary>
    internal virtual PartNames Names => PartNames.Llama;

    /// <summary>What the blocks are made of.</summary>
    /// <param name="config">The model's shape.</param>
    public abstract BlockDesign Blocks(DecoderConfig config);

    /// <summary>Whether a layer keeps to the sliding window where the configuration does not list the layers.</summary>
    /// <param name="layer">Layer, from 0.</param>
    public virtual bool Slides(int layer) => false;

    /// <summary>The present name of a kind of stretched positions; configurations have called some of them otherwise.</summary>
    internal virtual string? RopeTypeOf(string? stated) => stated == "su" ? "longrope" : stated;

    /// <summary>Factor on cosine and sine that llama.cpp's graph of the family takes of YaRN by itself.</summary>
    internal virtual double YarnMagnitude(YarnRopeScaling scaling) => scaling.MagnitudeOf(1);

    /// <summary>Takes the family's own fields from <c>config.json</c>.</summary>
    internal virtual DecoderConfig Read(JsonFields fields, DecoderConfig config) => config;

    /// <summary>Refuses what the family's graphs cannot compute, by the name of the field.</summary>
    internal virtual void Check(JsonFields fields, DecoderConfig config)
    {
    }

    /// <summary>For graphs of llama.cpp in which all heads together are as wide as the residual stream.</summary>
    private protected static void RequireUndividedWidth(JsonFields fields, DecoderConfig config)
    {
        if (config.HeadDim * config.NumAttentionHeads != config.HiddenSize)
        {
            throw fields.Wrong("head_dim", $"{config.HeadDim} times {config.NumAttentionHeads} heads is not hidden_size {config.HiddenSize}, as llama.cpp's graph of '{config.ModelType}' needs");
        }
    }

    /// <summary>Writes the family's own fields into <c>config.json</c>.</summary>
    internal virtual void Write(Utf8JsonWriter json, DecoderConfig config)
    {
    }

    /// <summary>Takes the family's own fields from the keys and tensors of a GGUF file, with the defaults of llama.cpp's <c>load_arch_hparams</c>.</summary>
    internal virtual DecoderConfig ReadGguf(GgufModelKeys keys, DecoderConfig config) => config;

    /// <summary>Sets the keys that llama.cpp's converter writes for the family.</summary>
    internal virtual void WriteGguf(GgufWriter writer, DecoderConfig config)
    {
        var keys = new GgufHyperparameters(writer, config);
        keys.Shape();
        keys.Rope();
        keys.Norm();
        keys.HeadLength();
    }
}
