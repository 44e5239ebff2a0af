using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>Qwen 3, dense (Yang et al. 2025, arXiv 2505.09388): a norm for each head of queries and keys, no biases.</summary>
internal sealed class Qwen3Family : ModelFamily
{
    public override string ModelType => "qwen3";

    public override string Architecture => "Qwen3ForCausalLM";

    public override string GgufArchitecture => "qwen3";

    public override bool QueryKeyNorm => true;

    internal override int FullAttentionLength(JsonFields fields, int maxPositions) => QwenWindow.FullAttentionLength(fields, maxPositions);
}
