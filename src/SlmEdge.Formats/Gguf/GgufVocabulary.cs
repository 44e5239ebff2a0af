using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Gguf;

/// <summary>
/// Writes a tokenizer as the <c>tokenizer.*</c> keys of a GGUF file, as llama.cpp's converter does and libllama (v0.5.0) reads them. Two keys of our own,
/// which llama.cpp ignores, tell this library's tokenizer what libllama does not do: <c>slmedge.tokenizer.normalizer</c> (<c>nfc</c>) and
/// <c>slmedge.tokenizer.strip_right</c> (ids of tokens that take the white space after them).
/// </summary>
public static class GgufVocabulary
{
    /// <summary>Sets the vocabulary's keys.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="vocabularySize">Rows of the model's embedding when it has more than the tokenizer has tokens; the rest become unused tokens.</param>
    /// <exception cref="ModelFormatException">
    /// The tokenizer does something that libllama does not (an unknown pre-tokenizer or normalizer, no byte tokens), or contradicts itself (tokens of equal text, no
    /// end token).
    /// </exception>
    public static void Apply(GgufWriter writer, HuggingFaceTokenizer tokenizer, int? vocabularySize = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(tokenizer);
        int size = vocabularySize ?? tokenizer.TokenCount;
        if (size < tokenizer.TokenCount)
        {
            throw new ModelFormatException($"the tokenizer has {tokenizer.TokenCount} tokens, the model only {size}", element: "vocab_size");
        }

        GgufTokenList tokens = tokenizer is { SentencePiece: null, Json: { ByteFallback: false } json }
            ? ByteLevelVocabulary.Write(writer, json, size)
            : SentencePieceVocabulary.Write(writer, tokenizer, size);
        GgufSpecialTokens.Write(writer, tokenizer, tokens);
        if (tokenizer.AddedTokens.Where(token => token.StripRight).Select(token => token.Id).ToArray() is { Length: > 0 } stripping)
        {
            writer.Set(GgufKeys.StripRight, string.Join(' ', stripping));
        }

        if (tokenizer.ChatTemplate is { } template)
        {
            writer.Set(GgufKeys.ChatTemplate, template);
        }
    }

    /// <inheritdoc cref="Apply(GgufWriter, HuggingFaceTokenizer, int?)"/>
    /// <param name="writer">The file.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="config">Which tokens frame a text, and the chat template; null when the model has no <c>tokenizer_config.json</c>.</param>
    /// <param name="vocabularySize">Rows of the model's embedding when it has more than the tokenizer has tokens; the rest become unused tokens.</param>
    public static void Apply(GgufWriter writer, TokenizerJson tokenizer, TokenizerConfig? config, int? vocabularySize = null) =>
        Apply(writer, HuggingFaceTokenizer.Of(tokenizer, config), vocabularySize);

    /// <summary>Writes a GGUF file that holds nothing but the vocabulary; libllama opens it with <c>vocab_only</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <exception cref="ModelFormatException">The tokenizer does something that libllama does not, or contradicts itself.</exception>
    /// <exception cref="IOException">The disk is full or cannot be written.</exception>
    public static void WriteVocabularyOnly(string path, HuggingFaceTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var writer = new GgufWriter();
        writer.Set(GgufFacts.ArchitectureKey, "llama");
        writer.Set("general.type", "model");
        writer.Set("general.name", "vocabulary");
        writer.Set("llama.vocab_size", (uint)tokenizer.TokenCount);
        Apply(writer, tokenizer);
        writer.Write(path);
    }

    /// <inheritdoc cref="WriteVocabularyOnly(string, HuggingFaceTokenizer)"/>
    /// <param name="path">The file.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="config">Which tokens frame a text, and the chat template; null when the model has no <c>tokenizer_config.json</c>.</param>
    public static void WriteVocabularyOnly(string path, TokenizerJson tokenizer, TokenizerConfig? config) =>
        WriteVocabularyOnly(path, HuggingFaceTokenizer.Of(tokenizer, config));

    /// <summary>The name that llama.cpp has for a byte-level tokenizer's word pattern (the value of <c>tokenizer.ggml.pre</c>).</summary>
    /// <exception cref="ModelFormatException">llama.cpp has none.</exception>
    public static string PreTokenizerName(TokenizerJson tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return ByteLevelVocabulary.PreTokenizerName(tokenizer);
    }
}
