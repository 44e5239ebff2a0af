using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Families;

/// <summary>
/// Mistral 7B and its kin (Jiang et al. 2023, arXiv 2310.06825). llama.cpp converts them to its Llama graph, which has no sliding window;
/// sequences are therefore held to the window, within which both are the same.
/// </summary>
internal sealed class MistralFamily : ModelFamily
{
    public override string ModelType => "mistral";

    public override string Architecture => "MistralForCausalLM";

    public override string GgufArchitecture => "llama";

    public override bool InterleavesRotaryRows => true;

    public override bool StatesVocabularySize => true;

    internal override int FullAttentionLength(JsonFields fields, int maxPositions) =>
        Math.Min(maxPositions, fields.Integer("sliding_window", 1, 1 << 26) ?? maxPositions);
}
