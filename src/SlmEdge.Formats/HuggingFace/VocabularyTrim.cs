using SlmEdge.Formats.Tokenization;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>
/// Chooses which tokens of a BPE vocabulary stay when a domain uses only some of them. Texts of the domain keep their tokens, one for one; every other
/// text still has tokens, because all bytes stay.
/// </summary>
/// <remarks>
/// BPE applies, again and again, the most urgent merge that a word allows. The merges that a word of the domain goes through make its tokens or parts of
/// them, so all of these stay; a merge that was removed was never the most urgent one in such a word, and leaving it out changes nothing there.
/// </remarks>
public static class VocabularyTrim
{
    /// <summary>The number of tokens is filled up to a multiple of this, which lets engines compute the head in whole groups of rows.</summary>
    public const int Multiple = 32;

    /// <summary>The ids that stay, ascending.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="used">Ids that texts, prompts and answers of the domain have.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is not one of the tokenizer's.</exception>
    public static int[] Choose(TokenizerJson tokenizer, IEnumerable<int> used)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(used);
        var parts = new Dictionary<int, List<(int Left, int Right)>>();
        var order = new List<int>();
        foreach (var (left, right) in tokenizer.Merges)
        {
            int whole = tokenizer.FindToken(left + right)!.Value;
            if (!parts.TryGetValue(whole, out List<(int Left, int Right)>? ways))
            {
                parts.Add(whole, ways = []);
                order.Add(whole);
            }

            ways.Add((tokenizer.FindToken(left)!.Value, tokenizer.FindToken(right)!.Value));
        }

        var kept = new HashSet<int>();
        var waiting = new Stack<int>(used.Concat(AlwaysKept(tokenizer)));
        while (waiting.TryPop(out int id))
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, tokenizer.Vocabulary.Count, nameof(used));
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(used));
            if (!kept.Add(id) || !parts.TryGetValue(id, out List<(int Left, int Right)>? ways))
            {
                continue;
            }

            foreach (var (left, right) in ways)
            {
                waiting.Push(left);
                waiting.Push(right);
            }
        }

        // The most urgent merges are the commonest: what fills the last group is of most use to texts outside of the domain.
        foreach (int id in order)
        {
            if (kept.Count % Multiple == 0)
            {
                break;
            }

            if (parts[id].TrueForAll(way => kept.Contains(way.Left) && kept.Contains(way.Right)))
            {
                kept.Add(id);
            }
        }

        return [.. kept.Order()];
    }

    private static IEnumerable<int> AlwaysKept(TokenizerJson tokenizer)
    {
        foreach (AddedToken token in tokenizer.AddedTokens)
        {
            yield return token.Id;
        }

        for (int value = 0; value < 256; value++)
        {
            string text = tokenizer.ByteFallback ? $"<0x{value:X2}>" : ByteAlphabet.Encode((byte)value).ToString();
            if (tokenizer.FindToken(text) is { } id)
            {
                yield return id;
            }
        }

        if (tokenizer.UnknownToken is { } unknown && tokenizer.FindToken(unknown) is { } unknownId)
        {
            yield return unknownId;
        }
    }
}
