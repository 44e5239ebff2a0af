namespace SlmEdge.Formats.Tokenization;

/// <summary>Settings of <see cref="BytePairTrainer"/>.</summary>
public sealed record BytePairTrainerOptions
{
    /// <summary>Tokens of the finished vocabulary, special tokens and the 256 bytes included.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Control tokens; they get the lowest ids, in this order.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    /// <summary>How text is cut into words: <c>qwen2</c>, <c>llama3</c> or <c>gpt2</c>.</summary>
    public string PreTokenizer { get; init; } = "qwen2";

    /// <summary>A pair that occurs less often is not merged.</summary>
    public int MinFrequency { get; init; } = 2;
}
