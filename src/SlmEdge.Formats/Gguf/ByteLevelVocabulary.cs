using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Gguf;

/// <summary>Byte-level BPE as GGUF keys: <c>tokenizer.ggml.model</c> = <c>gpt2</c>, with merges and the name of a pre-tokenizer.</summary>
internal static class ByteLevelVocabulary
{
    public static GgufTokenList Write(GgufWriter writer, TokenizerJson tokenizer, int size)
    {
        string preTokenizer = PreTokenizerName(tokenizer);
        if (tokenizer.Normalizer is { } normalizer and not "NFC")
        {
            throw new ModelFormatException($"the normalizer '{normalizer}' is not supported: llama.cpp normalises nothing, and the tokenizer here knows NFC only", element: "normalizer");
        }

        var tokens = new GgufTokenList(size, scored: false);
        for (int id = 0; id < tokenizer.Vocabulary.Count; id++)
        {
            tokens.Set(id, tokenizer.Vocabulary[id], GgufTokenList.NormalToken);
        }

        foreach (AddedToken token in tokenizer.AddedTokens)
        {
            tokens.Set(token.Id, token.Content, token.Special || SpecialTokenText.LooksSpecial(token.Content) ? GgufTokenList.ControlToken : GgufTokenList.UserDefinedToken);
        }

        tokens.Check();
        writer.Set(GgufKeys.TokenizerModel, "gpt2");
        writer.Set(GgufKeys.PreTokenizer, preTokenizer);
        writer.Set(GgufKeys.Tokens, tokens.Texts);
        writer.Set(GgufKeys.TokenTypes, tokens.Types);
        writer.Set(GgufKeys.Merges, [.. tokenizer.Merges.Select(m => $"{m.Left} {m.Right}")]);
        if (tokenizer.Normalizer is not null)
        {
            writer.Set(GgufKeys.Normalizer, "nfc");
        }

        return tokens;
    }

    public static string PreTokenizerName(TokenizerJson tokenizer)
    {
        // llama.cpp ties "take a word that is a token whole" to the name: llama-bpe and tekken do, smaug-bpe is llama-bpe without it.
        return (tokenizer.PreTokenizer, tokenizer.IgnoreMerges) switch
        {
            (PreTokenizerKind.Gpt2, false) => "gpt-2",
            (PreTokenizerKind.Qwen2, false) => "qwen2",
            (PreTokenizerKind.Qwen35, false) => "qwen35",
            (PreTokenizerKind.SmolLm, false) => "smollm",
            (PreTokenizerKind.Gpt4o, false) => "gpt-4o",
            (PreTokenizerKind.Llama3, true) => "llama-bpe",
            (PreTokenizerKind.Llama3, false) => "smaug-bpe",
            (PreTokenizerKind.Tekken, true) => "tekken",
            (PreTokenizerKind.Unknown, _) => throw new ModelFormatException(
                $"llama.cpp has no equivalent of the pre-tokenizer {Shorten(tokenizer.PreTokenizerDescription)}", element: "pre_tokenizer"),
            var (kind, ignore) => throw new ModelFormatException(
                $"llama.cpp has no {kind} pre-tokenizer with ignore_merges {(ignore ? "true" : "false")}", element: "model.ignore_merges"),
        };
    }

    private static string Shorten(string text) => text.Length <= 300 ? text : text[..300] + "…";
}
