namespace SlmEdge.Formats.HuggingFace;

/// <summary>
/// How text is cut into words before the merges: the patterns that llama.cpp and byte-level <c>tokenizer.json</c> files have in common.
/// </summary>
public enum PreTokenizerKind
{
    /// <summary>None of the known ones; it can be kept in the file, but not exported.</summary>
    Unknown,

    /// <summary>GPT-2: <c>ByteLevel</c> with its own pattern.</summary>
    Gpt2,

    /// <summary>Qwen2 and Qwen2.5, StableLM2: one digit per word, contractions in any case.</summary>
    Qwen2,

    /// <summary>Llama 3: up to three digits per word.</summary>
    Llama3,

    /// <summary>SmolLM, StarCoder: digits one by one, then GPT-2's pattern.</summary>
    SmolLm,

    /// <summary>GPT-4o, Llama 4: letters split by case, up to three digits per word.</summary>
    Gpt4o,

    /// <summary>Qwen3.5: as Qwen2, with combining marks in the words.</summary>
    Qwen35,

    /// <summary>Tekken (Mistral NeMo): letters split by case, one digit per word.</summary>
    Tekken,
}
