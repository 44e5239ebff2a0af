using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Gguf;

/// <summary>
/// Writes a byte-level BPE tokenizer as the <c>tokenizer.ggml.*</c> keys of a GGUF file, as libllama (v0.5.0) reads them.
/// </summary>
public static class GgufVocabulary
{
    private const int NormalToken = 1;
    private const int ControlToken = 3;
    private const int UserDefinedToken = 4;
    private const int UnusedToken = 5;

    /// <summary>Sets the vocabulary's keys.</summary>
    /// <param name="writer">The file.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="config">Which tokens frame a text, and the chat template; null when the model has no <c>tokenizer_config.json</c>.</param>
    /// <param name="vocabularySize">Rows of the model's embedding when it has more than the tokenizer has tokens; the rest become unused tokens.</param>
    /// <exception cref="ModelFormatException">The tokenizer does something that libllama does not: an unknown pre-tokenizer or normalizer, tokens of equal text, no end token.</exception>
    public static void Apply(GgufWriter writer, TokenizerJson tokenizer, TokenizerConfig? config, int? vocabularySize = null)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(tokenizer);
        string preTokenizer = PreTokenizerName(tokenizer);
        if (tokenizer.Normalizer is { } normalizer and not "NFC")
        {
            // libllama normalises nothing; composed text (NFC) is what nearly all input is, other normalizers change ordinary text.
            throw new ModelFormatException($"the normalizer '{normalizer}' has no equivalent in llama.cpp", element: "normalizer");
        }

        string[] tokens = Tokens(tokenizer, vocabularySize);
        writer.Set(GgufKeys.TokenizerModel, "gpt2");
        writer.Set(GgufKeys.PreTokenizer, preTokenizer);
        writer.Set(GgufKeys.Tokens, tokens);
        writer.Set(GgufKeys.TokenTypes, TokenTypes(tokenizer, tokens.Length));
        writer.Set(GgufKeys.Merges, [.. tokenizer.Merges.Select(m => $"{m.Left} {m.Right}")]);
        SetFraming(writer, tokenizer, config);
        if (config?.ChatTemplate is { } template)
        {
            writer.Set(GgufKeys.ChatTemplate, template);
        }
    }

    /// <summary>Writes a GGUF file that holds nothing but the vocabulary; libllama opens it with <c>vocab_only</c>.</summary>
    /// <inheritdoc cref="Apply"/>
    /// <exception cref="IOException">The disk is full or cannot be written.</exception>
    public static void WriteVocabularyOnly(string path, TokenizerJson tokenizer, TokenizerConfig? config)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var writer = new GgufWriter();
        writer.Set(GgufFacts.ArchitectureKey, "llama");
        writer.Set("general.type", "model");
        writer.Set("general.name", "vocabulary");
        writer.Set("llama.vocab_size", (uint)tokenizer.Vocabulary.Count);
        Apply(writer, tokenizer, config);
        writer.Write(path);
    }

    /// <summary>The name that llama.cpp has for a tokenizer's word pattern (the value of <c>tokenizer.ggml.pre</c>).</summary>
    /// <exception cref="ModelFormatException">llama.cpp has none.</exception>
    public static string PreTokenizerName(TokenizerJson tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);

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

    private static string[] Tokens(TokenizerJson tokenizer, int? vocabularySize)
    {
        int size = vocabularySize ?? tokenizer.Vocabulary.Count;
        if (size < tokenizer.Vocabulary.Count)
        {
            throw new ModelFormatException($"the tokenizer has {tokenizer.Vocabulary.Count} tokens, the model only {size}", element: "vocab_size");
        }

        string[] tokens = new string[size];
        var seen = new HashSet<string>(size, StringComparer.Ordinal);
        for (int id = 0; id < size; id++)
        {
            tokens[id] = id < tokenizer.Vocabulary.Count ? tokenizer.Vocabulary[id] : $"[PAD{id}]";
            if (tokens[id].Length == 0 || tokens[id].Contains('\0', StringComparison.Ordinal) || !seen.Add(tokens[id]))
            {
                throw new ModelFormatException($"the token {id} ('{tokens[id]}') is empty, holds a zero, or has the text of another token; libllama cannot load such a vocabulary", element: "model.vocab");
            }
        }

        return tokens;
    }

    private static int[] TokenTypes(TokenizerJson tokenizer, int count)
    {
        int[] types = new int[count];
        types.AsSpan().Fill(NormalToken);
        types.AsSpan(tokenizer.Vocabulary.Count).Fill(UnusedToken);
        foreach (AddedToken token in tokenizer.AddedTokens)
        {
            types[token.Id] = token.Special ? ControlToken : UserDefinedToken;
        }

        return types;
    }

    private static void SetFraming(GgufWriter writer, TokenizerJson tokenizer, TokenizerConfig? config)
    {
        int? Find(string? text, string field) => text is null
            ? null
            : tokenizer.FindToken(text) ?? throw new ModelFormatException($"the token '{text}' is not in the vocabulary", element: field);

        int eos = Find(config?.EosToken, "eos_token")
            ?? tokenizer.FindToken("<|endoftext|>") ?? tokenizer.FindToken("<|end_of_text|>") ?? tokenizer.FindToken("</s>")
            ?? throw new ModelFormatException("no end-of-sequence token is known; name it as eos_token in tokenizer_config.json", element: "eos_token");

        int? bos = Find(config?.BosToken, "bos_token");
        bool prepends = tokenizer.PrependsTokens.Count > 0;
        if (prepends && (tokenizer.PrependsTokens.Count > 1 || (bos is not null && config!.BosToken != tokenizer.PrependsTokens[0])))
        {
            throw new ModelFormatException("the post-processor puts other tokens before a text than the begin-of-sequence token; llama.cpp cannot", element: "post_processor");
        }

        bos ??= prepends ? Find(tokenizer.PrependsTokens[0], "post_processor") : null;
        bool addBos = config?.AddBosToken ?? prepends;
        if (addBos && bos is null)
        {
            throw new ModelFormatException("is true, but bos_token names no token", element: "add_bos_token");
        }

        // Without the key libllama takes id 11 as the begin token; the end token is what GPT-2 itself uses.
        writer.Set(GgufKeys.BosId, (uint)(bos ?? eos));
        writer.Set(GgufKeys.EosId, (uint)eos);

        // libllama otherwise takes the first of several candidates in hash order.
        if ((tokenizer.FindToken("<|im_end|>") ?? tokenizer.FindToken("<|eot_id|>") ?? tokenizer.FindToken("<|end|>")) is int endOfTurn)
        {
            writer.Set(GgufKeys.EotId, (uint)endOfTurn);
        }

        if (Find(config?.PadToken, "pad_token") is int padding)
        {
            writer.Set(GgufKeys.PaddingId, (uint)padding);
        }

        writer.Set(GgufKeys.AddBos, addBos);
        writer.Set(GgufKeys.AddEos, config?.AddEosToken ?? false);
    }
}
