namespace SlmEdge.Formats.Families;

/// <summary>Llama 2 and 3 (Touvron et al. 2023, arXiv 2302.13971 and 2307.09288; Grattafiori et al. 2024, arXiv 2407.21783) and what is built like them, such as SmolLM2.</summary>
internal sealed class LlamaFamily : ModelFamily
{
    public override string ModelType => "llama";

    public override string Architecture => "LlamaForCausalLM";

    public override string GgufArchitecture => "llama";

    public override bool InterleavesRotaryRows => true;

    public override bool StatesVocabularySize => true;
}
