using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Gguf;

/// <summary>
/// The ids of tokens that frame text, and whether they are put around it. Which keys there are follows llama.cpp's converter (<c>SpecialVocab</c> of gguf-py);
/// two go beyond it: the begin token of a byte-level vocabulary that names none, and the end-of-turn token.
/// </summary>
internal static class GgufSpecialTokens
{
    public static void Write(GgufWriter writer, HuggingFaceTokenizer tokenizer, GgufTokenList tokens)
    {
        TokenizerConfig? config = tokenizer.Config;
        var byText = new Dictionary<string, int>(tokens.Texts.Length, StringComparer.Ordinal);
        for (int id = 0; id < tokens.Texts.Length; id++)
        {
            byText.TryAdd(tokens.Texts[id], id);
        }

        int? Find(string? text, string role) => text is null
            ? tokenizer.ModelIds.TryGetValue(role, out int id) && id < tokens.Texts.Length ? id : null
            : byText.TryGetValue(text, out int found)
                ? found
                : throw new ModelFormatException($"the token '{text}' is not in the vocabulary", element: $"{role}_token");

        int? First(params string[] texts) => texts.Where(byText.ContainsKey).Select(text => (int?)byText[text]).FirstOrDefault();

        int eos = Find(config?.EosToken, "eos")
            ?? First("<|endoftext|>", "<|end_of_text|>", "</s>")
            ?? throw new ModelFormatException("no end-of-sequence token is known; name it as eos_token in tokenizer_config.json", element: "eos_token");
        int? bos = Find(config?.BosToken, "bos");
        SequenceTemplate? template = tokenizer.Json?.Template(config?.EosToken);
        (bos, bool? addBos) = Begin(config, template, bos, text => Find(text, "post_processor"));

        // Without the key libllama takes id 11 as the begin token of byte-level vocabularies; the end token is what GPT-2 itself uses.
        if ((bos ?? (tokens.Scores is null ? eos : null)) is int begin)
        {
            writer.Set(GgufKeys.BosId, (uint)begin);
        }

        writer.Set(GgufKeys.EosId, (uint)eos);

        // libllama otherwise takes the first of several candidates in hash order.
        if (First("<|im_end|>", "<|eot_id|>", "<|end|>", "<end_of_turn>") is int endOfTurn)
        {
            writer.Set(GgufKeys.EotId, (uint)endOfTurn);
        }

        // The converter finds these two by their texts only through tokenizer.json.
        if (Find(tokenizer.Json is null ? null : config?.UnkToken, "unk") is int unknown)
        {
            writer.Set(GgufKeys.UnknownId, (uint)unknown);
        }

        if (Find(tokenizer.Json is null ? null : config?.PadToken, "pad") is int padding)
        {
            writer.Set(GgufKeys.PaddingId, (uint)padding);
        }

        SetFlag(writer, GgufKeys.AddBos, addBos);
        SetFlag(writer, GgufKeys.AddEos, config?.AddEosToken ?? End(template, tokens.Texts[eos]));
        SetFlag(writer, GgufKeys.AddSep, template?.Separates);
    }

    private static (int? Bos, bool? Add) Begin(TokenizerConfig? config, SequenceTemplate? template, int? bos, Func<string, int?> find)
    {
        IReadOnlyList<string> before = template?.Before ?? [];
        if (before.Count > 1 || (before.Count == 1 && bos is not null && bos != find(before[0])))
        {
            throw new ModelFormatException("the post-processor puts other tokens before a text than the begin-of-sequence token; llama.cpp cannot", element: "post_processor");
        }

        bos ??= before.Count == 1 ? find(before[0]) : null;
        bool? add = config?.AddBosToken ?? (before.Count == 1 ? true : null);
        return add == true && bos is null
            ? throw new ModelFormatException("is true, but bos_token names no token", element: "add_bos_token")
            : (bos, add);
    }

    private static bool? End(SequenceTemplate? template, string eos) => template?.Last is null
        ? null
        : template.Last == eos
            ? true
            : throw new ModelFormatException("the post-processor puts another token after a text than the end-of-sequence token; llama.cpp cannot", element: "post_processor");

    private static void SetFlag(GgufWriter writer, string key, bool? value)
    {
        if (value is bool flag)
        {
            writer.Set(key, flag);
        }
    }
}
