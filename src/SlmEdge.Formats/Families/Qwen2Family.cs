using System.Text.Json;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>Qwen 2 and 2.5 (Yang et al. 2024, arXiv 2407.10671): biases on query, key and value. The window is stated but switched off unless <c>use_sliding_window</c> is true.</summary>
internal class Qwen2Family : ModelFamily
{
    public override string ModelType => "qwen2";

    public override string Architecture => "Qwen2ForCausalLM";

    public override string GgufArchitecture => "qwen2";

    public override IReadOnlyList<string> RopeTypes => ["linear", "yarn"];

    public override BlockDesign Blocks(DecoderConfig config) => new() { QueryKeyValueBias = true };

    internal override DecoderConfig Read(JsonFields fields, DecoderConfig config) =>
        fields.Boolean("use_sliding_window") == true ? config with { SlidingWindow = fields.Integer("sliding_window", 1, 1 << 26) } : config;

    internal override void Write(Utf8JsonWriter json, DecoderConfig config)
    {
        json.WriteBoolean("use_sliding_window", config.SlidingWindow is not null);
        JsonText.WriteInteger(json, "sliding_window", config.SlidingWindow);
    }
}
