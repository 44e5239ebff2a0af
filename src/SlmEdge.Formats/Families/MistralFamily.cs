using System.Text.Json;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// Mistral 7B and its kin (Jiang et al. 2023, arXiv 2310.06825), Ministral 8B among them. llama.cpp converts them to its Llama graph, which has no sliding window.
/// </summary>
internal sealed class MistralFamily : ModelFamily
{
    public override string ModelType => "mistral";

    public override string Architecture => "MistralForCausalLM";

    public override string GgufArchitecture => "llama";

    public override bool InterleavesRotaryRows => true;

    public override IReadOnlyList<string> RopeTypes => ["linear", "yarn", "llama3"];

    public override BlockDesign Blocks(DecoderConfig config) => new();

    internal override DecoderConfig Read(JsonFields fields, DecoderConfig config) => config with { SlidingWindow = fields.Integer("sliding_window", 1, 1 << 26) };

    internal override void Write(Utf8JsonWriter json, DecoderConfig config) => JsonText.WriteInteger(json, "sliding_window", config.SlidingWindow);

    internal override void WriteGguf(GgufWriter writer, DecoderConfig config)
    {
        base.WriteGguf(writer, config);
        new GgufHyperparameters(writer, config).Vocabulary();
    }
}
