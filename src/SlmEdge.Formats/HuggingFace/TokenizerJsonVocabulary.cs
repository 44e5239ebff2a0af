using System.Text.Json;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>Reads the tokens and merges of a <c>tokenizer.json</c> or <c>vocab.json</c> and checks that they belong together.</summary>
internal static class TokenizerJsonVocabulary
{
    private const int MaxTokens = 1 << 22;

    public static (string[] Vocabulary, int ModelSize) ReadVocabulary(JsonFields model, IReadOnlyList<AddedToken> added, JsonFields root)
    {
        if (!model.TryGet("vocab", out JsonElement vocab) || vocab.ValueKind != JsonValueKind.Object)
        {
            throw root.Wrong("model.vocab", "must be an object of tokens and ids");
        }

        int size = vocab.GetPropertyCount();
        return (VocabularyByIds(root, vocab, added.Count, added), size);
    }

    public static string[] VocabularyByIds(JsonFields root, JsonElement vocab, int extra, IReadOnlyList<AddedToken> added)
    {
        int properties = vocab.GetPropertyCount();
        if (properties == 0 || properties > MaxTokens - extra)
        {
            throw root.Wrong("model.vocab", $"has {properties} tokens; from 1 to {MaxTokens} are supported");
        }

        string?[] byId = new string?[properties + extra];
        int count = 0;
        foreach (JsonProperty entry in vocab.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id < 0 || id >= byId.Length)
            {
                throw root.Wrong("model.vocab", $"the id of '{entry.Name}' must be an integer below the number of tokens; ids must have no gaps");
            }

            if (byId[id] is { } other)
            {
                throw root.Wrong("model.vocab", $"'{other}' and '{entry.Name}' have the same id {id}");
            }

            byId[id] = entry.Name;
            count = Math.Max(count, id + 1);
        }

        foreach (AddedToken token in added)
        {
            if (token.Id >= byId.Length)
            {
                throw root.Wrong("added_tokens", $"the id {token.Id} of '{token.Content}' leaves a gap after the vocabulary");
            }

            if (byId[token.Id] is { } existing && existing != token.Content)
            {
                throw root.Wrong("added_tokens", $"'{token.Content}' has the id {token.Id}, which the vocabulary gives to '{existing}'");
            }

            byId[token.Id] = token.Content;
            count = Math.Max(count, token.Id + 1);
        }

        int gap = Array.IndexOf(byId, null, 0, count);
        return gap < 0 ? Array.ConvertAll(byId[..count], token => token!) : throw root.Wrong("model.vocab", $"no token has the id {gap}; ids must have no gaps");
    }

    public static List<AddedToken> ReadAddedTokens(JsonFields root)
    {
        var tokens = new List<AddedToken>();
        if (!root.TryGet("added_tokens", out JsonElement list))
        {
            return tokens;
        }

        if (list.ValueKind != JsonValueKind.Array)
        {
            throw root.Wrong("added_tokens", "must be a list");
        }

        foreach (JsonElement item in list.EnumerateArray())
        {
            JsonFields token = new(item, "added_tokens");
            string content = token.String("content") ?? throw root.Wrong("added_tokens", "a token has no content");
            if (content.Length == 0)
            {
                throw root.Wrong("added_tokens", "a token is empty");
            }

            tokens.Add(new AddedToken(token.RequiredInteger("id", 0, MaxTokens - 1), content, token.Boolean("special") ?? false)
            {
                StripLeft = token.Boolean("lstrip") ?? false,
                StripRight = token.Boolean("rstrip") ?? false,
            });
        }

        tokens.Sort((a, b) => a.Id.CompareTo(b.Id));
        for (int i = 1; i < tokens.Count; i++)
        {
            if (tokens[i].Id == tokens[i - 1].Id)
            {
                throw root.Wrong("added_tokens", $"the id {tokens[i].Id} stands twice");
            }
        }

        return tokens;
    }

    public static List<(string Left, string Right)> ReadMerges(JsonFields model, JsonFields root, IReadOnlyDictionary<string, int> ids)
    {
        if (!model.TryGet("merges", out JsonElement list) || list.ValueKind != JsonValueKind.Array)
        {
            throw root.Wrong("model.merges", "must be a list");
        }

        var merges = new List<(string, string)>(Math.Min(list.GetArrayLength(), MaxTokens));
        foreach (JsonElement item in list.EnumerateArray())
        {
            var (left, right) = ReadMerge(item, ids) ?? throw root.Wrong("model.merges", $"merge {merges.Count} must be [\"a\", \"b\"] or \"a b\"");
            if (!AreTokens(left, right, ids))
            {
                throw root.Wrong("model.merges", $"merge {merges.Count} ('{left}' + '{right}') names a token that is not in the vocabulary");
            }

            merges.Add((left, right));
        }

        return merges;
    }

    /// <summary>The two tokens of a line of <c>merges.txt</c>, or null.</summary>
    public static (string Left, string Right)? SplitMerge(string text)
    {
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 && space < text.Length - 1 && text.IndexOf(' ', space + 1) < 0 ? (text[..space], text[(space + 1)..]) : null;
    }

    private static (string Left, string Right)? ReadMerge(JsonElement item, IReadOnlyDictionary<string, int> ids) => item.ValueKind switch
    {
        JsonValueKind.String => SplitMerge(item.GetString()!) ?? SplitAtATokenEnd(item.GetString()!, ids),
        JsonValueKind.Array when item.GetArrayLength() == 2 && item[0].ValueKind == JsonValueKind.String && item[1].ValueKind == JsonValueKind.String =>
            (item[0].GetString()!, item[1].GetString()!),
        _ => null,
    };

    /// <summary>For tokens that hold spaces themselves, as copies of Llama 2's file do whose no-break spaces became spaces.</summary>
    private static (string Left, string Right)? SplitAtATokenEnd(string text, IReadOnlyDictionary<string, int> ids)
    {
        for (int space = text.Length < 3 ? -1 : text.IndexOf(' ', 1); space > 0 && space < text.Length - 1; space = text.IndexOf(' ', space + 1))
        {
            if (AreTokens(text[..space], text[(space + 1)..], ids))
            {
                return (text[..space], text[(space + 1)..]);
            }
        }

        return null;
    }

    private static bool AreTokens(string left, string right, IReadOnlyDictionary<string, int> ids) =>
        ids.ContainsKey(left) && ids.ContainsKey(right) && ids.ContainsKey(left + right);
}
