using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// The keys of a model's shape as llama.cpp's converter sets them (gguf-py <c>constants.py</c>, <c>conversion/base.py</c>, llama.cpp v0.5.0), in groups from which a family takes its own.
/// </summary>
internal sealed class GgufHyperparameters(GgufWriter writer, DecoderConfig config)
{
    public ModelFamily Family => config.Family;

    public void Shape()
    {
        Set("block_count", (uint)config.NumHiddenLayers);
        Set("context_length", (uint)config.ContextLength);
        Set("embedding_length", (uint)config.HiddenSize);
        Set("feed_forward_length", (uint)config.IntermediateSize);
        Set("attention.head_count", (uint)config.NumAttentionHeads);
        Set("attention.head_count_kv", (uint)config.NumKeyValueHeads);
    }

    public void Rope()
    {
        Set("rope.freq_base", (float)config.RopeTheta);
        config.RopeScaling?.WriteGguf(this);
        if (config.LocalRopeTheta is { } local)
        {
            Set("rope.freq_base_swa", (float)local);
        }
    }

    /// <summary>For graphs whose converter leaves the base to llama.cpp's default.</summary>
    public void RopeBaseIfUnusual()
    {
        if (config.RopeTheta != 10000)
        {
            Set("rope.freq_base", (float)config.RopeTheta);
        }
    }

    public void Norm() => Set(EpsilonKey(config.Blocks.Norm), (float)config.NormEps);

    public static string EpsilonKey(NormKind kind) => kind == NormKind.Layer ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon";

    public void HeadLength()
    {
        Set("attention.key_length", (uint)config.HeadDim);
        Set("attention.value_length", (uint)config.HeadDim);
    }

    public void Vocabulary()
    {
        Set("vocab_size", (uint)config.VocabSize);
        Set("rope.dimension_count", (uint)config.RotaryDim);
    }

    public void Set(string name, uint value) => writer.Set(Key(name), value);

    public void Set(string name, float value) => writer.Set(Key(name), value);

    public void Set(string name, bool value) => writer.Set(Key(name), value);

    public void Set(string name, string value) => writer.Set(Key(name), value);

    public void Set(string name, uint[] value) => writer.Set(Key(name), value);

    private string Key(string name) => $"{config.Family.GgufArchitecture}.{name}";
}
