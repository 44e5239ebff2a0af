using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>Qwen 2 and 2.5 (Yang et al. 2024, arXiv 2407.10671): biases on query, key and value.</summary>
internal sealed class Qwen2Family : ModelFamily
{
    public override string ModelType => "qwen2";

    public override string Architecture => "Qwen2ForCausalLM";

    public override string GgufArchitecture => "qwen2";

    public override bool QueryKeyValueBias => true;

    internal override int FullAttentionLength(JsonFields fields, int maxPositions) => QwenWindow.FullAttentionLength(fields, maxPositions);
}
