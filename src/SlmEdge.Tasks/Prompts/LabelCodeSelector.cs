using System.Text;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Tasks.Prompts;

/// <summary>
/// Chooses one token for each label. The choice depends only on the task and the vocabulary, and a word of the label's own name is
/// preferred, because the model already knows something about it.
/// </summary>
public static class LabelCodeSelector
{
    /// <summary>
    /// Chooses the codes: codes written in the task first; then, label by label, the first free single token among the words of its name
    /// (words that fewer labels share come first; as written, then lower case, then capitalised); then " A" to " Z", " AA" to " ZZ"; at last
    /// the first free words of the vocabulary. No two codes are one word in different case: the output embeddings of such tokens are nearly
    /// the same, so the model could hardly tell the labels apart.
    /// </summary>
    /// <returns>One code for each label, in the order of the labels; no two share a token.</returns>
    /// <exception cref="TaskDefinitionException">A code in the task is not one token, two are the same token, or the vocabulary is too small.</exception>
    public static IReadOnlyList<LabelCode> Select(TaskDefinition task, ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(tokenizer);
        var codes = new LabelCode?[task.Labels.Count];
        var used = new Dictionary<int, int>();
        var usedWords = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < codes.Length; i++)
        {
            if (task.Labels[i].Code is not { } code)
            {
                continue;
            }

            int token = Single(tokenizer, " " + code)
                ?? throw new TaskDefinitionException($"'{code}' is not one token of this model's vocabulary; choose a shorter or more common word, or leave the code out", task.Name, $"labels[{i}].code");
            if (!used.TryAdd(token, i))
            {
                throw new TaskDefinitionException($"'{code}' is the same token as the code of labels[{used[token]}]", task.Name, $"labels[{i}].code");
            }

            codes[i] = new LabelCode(task.Labels[i].Name, token, tokenizer.GetTokenText(token));
            usedWords.Add(" " + code);
        }

        string[][] words = WordsByRarity(task);
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] ??= FirstFree(words[i].SelectMany(Spellings), i);
        }

        using IEnumerator<string> letters = Letters().GetEnumerator();
        using IEnumerator<string> vocabulary = VocabularyWords(tokenizer).GetEnumerator();
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] ??= FirstFree(Rest(letters), i) ?? FirstFree(Rest(vocabulary), i) ?? throw new TaskDefinitionException(
                $"this model's vocabulary of {tokenizer.VocabularySize} tokens has no free word for label '{task.Labels[i].Name}'; use the verbalizer 'name'",
                task.Name,
                $"labels[{i}]");
        }

        return codes!;

        LabelCode? FirstFree(IEnumerable<string> candidates, int label)
        {
            foreach (string candidate in candidates)
            {
                if (!usedWords.Contains(candidate) && Single(tokenizer, candidate) is { } token && used.TryAdd(token, label))
                {
                    usedWords.Add(candidate);
                    return new LabelCode(task.Labels[label].Name, token, tokenizer.GetTokenText(token));
                }
            }

            return null;
        }
    }

    /// <summary>Checks codes of an earlier rendering against a task and a tokenizer.</summary>
    /// <returns>The codes in the order of the task's labels.</returns>
    /// <exception cref="TaskDefinitionException">A label has none or two, a code has no label, two share a token, or the tokenizer's token has another text.</exception>
    public static IReadOnlyList<LabelCode> Check(TaskDefinition task, ITokenizer tokenizer, IReadOnlyList<LabelCode> codes)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(codes);
        var ordered = new LabelCode?[task.Labels.Count];
        var owner = new Dictionary<int, string>();
        foreach (LabelCode code in codes)
        {
            int label = task.IndexOf(code.Name);
            if (label < 0)
            {
                throw new TaskDefinitionException($"the stored codes name the label '{code.Name}', which the task does not have", task.Name);
            }

            if (ordered[label] is not null)
            {
                throw new TaskDefinitionException($"the label '{code.Name}' has two stored codes", task.Name);
            }

            if (!owner.TryAdd(code.TokenId, code.Name))
            {
                throw new TaskDefinitionException($"the labels '{owner[code.TokenId]}' and '{code.Name}' share the code token {code.TokenId}", task.Name);
            }

            if (code.TokenId < 0 || code.TokenId >= tokenizer.VocabularySize || tokenizer.GetTokenText(code.TokenId) != code.TokenText)
            {
                throw new TaskDefinitionException(
                    $"the code of '{code.Name}' is token {code.TokenId} '{code.TokenText}', which this tokenizer does not have; the codes belong to another base model", task.Name);
            }

            ordered[label] = code;
        }

        int missing = Array.IndexOf(ordered, null);
        if (missing >= 0)
        {
            throw new TaskDefinitionException($"the label '{task.Labels[missing].Name}' has no stored code", task.Name);
        }

        return ordered!;
    }

    private static string[][] WordsByRarity(TaskDefinition task)
    {
        string[][] words = [.. task.Labels.Select(label => Words(label.Name))];
        var labelsWith = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (string word in words.SelectMany(list => list.Distinct(StringComparer.OrdinalIgnoreCase)))
        {
            labelsWith[word] = labelsWith.GetValueOrDefault(word) + 1;
        }

        return [.. words.Select(list => list.OrderBy(word => labelsWith[word]).ToArray())];
    }

    /// <summary>Runs of letters and digits, also split where a lower-case letter is followed by a capital (camel case).</summary>
    private static string[] Words(string name)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        char previous = ' ';
        foreach (char c in name)
        {
            bool inside = char.IsLetterOrDigit(c) || char.IsSurrogate(c);
            if ((!inside || (char.IsUpper(c) && char.IsLower(previous))) && word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }

            if (inside)
            {
                word.Append(c);
            }

            previous = c;
        }

        if (word.Length > 0)
        {
            words.Add(word.ToString());
        }

        return [.. words];
    }

    private static IEnumerable<string> Spellings(string word)
    {
        string lower = word.ToLowerInvariant();
        yield return " " + word;
        yield return " " + lower;
        yield return " " + char.ToUpperInvariant(lower[0]) + lower[1..];
    }

    private static IEnumerable<string> Letters()
    {
        for (char a = 'A'; a <= 'Z'; a++)
        {
            yield return $" {a}";
        }

        for (char a = 'A'; a <= 'Z'; a++)
        {
            for (char b = 'A'; b <= 'Z'; b++)
            {
                yield return $" {a}{b}";
            }
        }
    }

    private static IEnumerable<string> VocabularyWords(ITokenizer tokenizer)
    {
        for (int id = 0; id < tokenizer.VocabularySize; id++)
        {
            string text = tokenizer.GetTokenText(id);
            if (text.Length > 1 && text[0] == ' ' && text.AsSpan(1).IndexOfAnyExceptInRange('a', 'z') < 0)
            {
                yield return text;
            }
        }
    }

    private static IEnumerable<string> Rest(IEnumerator<string> sequence)
    {
        while (sequence.MoveNext())
        {
            yield return sequence.Current;
        }
    }

    /// <summary>
    /// The token of a word with a space before it. SentencePiece tokenizers put that space there themselves. A token that begins or ends
    /// a sequence is never a code.
    /// </summary>
    private static int? Single(ITokenizer tokenizer, string text)
    {
        int? token = tokenizer.FindSingleToken(text);
        if (token is null && tokenizer.FindSingleToken(text[1..]) is { } spaced && tokenizer.GetTokenText(spaced) == text)
        {
            token = spaced;
        }

        return token == tokenizer.EosTokenId || token == tokenizer.BosTokenId ? null : token;
    }
}
