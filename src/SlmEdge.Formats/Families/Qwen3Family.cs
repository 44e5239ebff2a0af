using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>Qwen 3, dense (Yang et al. 2025, arXiv 2505.09388): a norm for each head of queries and keys, no biases; the rest as Qwen 2.</summary>
internal sealed class Qwen3Family : Qwen2Family
{
    public override string ModelType => "qwen3";

    public override string Architecture => "Qwen3ForCausalLM";

    public override string GgufArchitecture => "qwen3";

    public override BlockDesign Blocks(DecoderConfig config) => new() { QueryKeyNorm = HeadNorm.Shared };
}
