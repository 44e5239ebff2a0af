namespace SlmEdge.Runtime.Texts;

/// <summary>The prompt of a task around a text, in a context that it has to fit.</summary>
/// <param name="encode">Renders the prompt of a text.</param>
/// <param name="contextLength">Tokens of prompt and answer.</param>
/// <param name="longTexts">What happens to texts that do not fit.</param>
internal sealed class FittedPrompt(Func<string, int[]> encode, int contextLength, LongTextPolicy longTexts)
{
    /// <summary>The prompt of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="needed">Tokens that an answer takes at least.</param>
    /// <param name="wanted">Tokens that are left to the answer where the text has to be cut.</param>
    /// <exception cref="InvalidTextException">The text is empty, no Unicode, or does not fit.</exception>
    public (int[] Tokens, bool Truncated) Encode(string text, int needed, int wanted)
    {
        InputText.Check(text);

        // Far beyond what fits, tokenising would only cost time and memory: no vocabulary of the field packs 64 characters of ordinary
        // text into one token on average.
        var longest = Math.Max(contextLength, 1) * 64;
        var whole = text.Length <= longest ? encode(text) : null;
        if (whole is not null && whole.Length + needed <= contextLength)
        {
            return (whole, false);
        }

        if (longTexts == LongTextPolicy.Truncate && Cut(text, Math.Min(text.Length, longest), contextLength - Math.Max(needed, wanted)) is { } cut)
        {
            return (cut, true);
        }

        throw new InvalidTextException(
            InvalidTextReason.TooLong,
            $"The text is too long: {(whole is null ? $"{text.Length} characters" : $"{whole.Length} tokens with its prompt")}, and an answer takes {needed} more, where the context holds {contextLength}. " +
            "Shorten it, allow it to be truncated, or choose a longer context.");
    }

    // The longest beginning of the text whose prompt has at most so many tokens.
    private int[]? Cut(string text, int length, int most)
    {
        int[]? best = null;
        var (fits, tooLong) = (0, length + 1);
        while (tooLong - fits > 1)
        {
            var middle = fits + ((tooLong - fits) / 2);
            var end = char.IsHighSurrogate(text[middle - 1]) ? middle - 1 : middle;
            var beginning = text[..end];
            var tokens = string.IsNullOrWhiteSpace(beginning) ? null : encode(beginning);
            if (tokens is null || tokens.Length <= most)
            {
                (fits, best) = (middle, tokens ?? best);
            }
            else
            {
                tooLong = middle;
            }
        }

        return best;
    }
}
