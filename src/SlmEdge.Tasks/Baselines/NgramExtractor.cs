using System.Text;

namespace SlmEdge.Tasks.Baselines;

/// <summary>Cuts a text into the n-grams that are counted as its features.</summary>
internal static class NgramExtractor
{
    public delegate void Receiver(ReadOnlySpan<char> ngram);

    /// <summary>Word 1-grams and 2-grams; a word is a run of at least two letters, digits or underscores, as scikit-learn's default has it.</summary>
    public static void Words(string text, Receiver receive)
    {
        string lower = text.ToLowerInvariant();
        int previousStart = -1;
        int previousLength = 0;
        Span<char> pair = stackalloc char[256];
        int at = 0;
        while (at < lower.Length)
        {
            if (!IsWordCharacter(lower[at]))
            {
                at++;
                continue;
            }

            int start = at;
            while (at < lower.Length && IsWordCharacter(lower[at]))
            {
                at++;
            }

            int length = at - start;
            if (length < 2)
            {
                continue;
            }

            receive(lower.AsSpan(start, length));
            if (previousStart >= 0)
            {
                int total = previousLength + 1 + length;
                Span<char> joined = total <= pair.Length ? pair[..total] : new char[total];
                lower.AsSpan(previousStart, previousLength).CopyTo(joined);
                joined[previousLength] = ' ';
                lower.AsSpan(start, length).CopyTo(joined[(previousLength + 1)..]);
                receive(joined);
            }

            (previousStart, previousLength) = (start, length);
        }
    }

    /// <summary>Character 2- to 4-grams of the text with its white space folded.</summary>
    /// <param name="text">The text.</param>
    /// <param name="withinWords">Whether each word is taken alone, with a space before and after it.</param>
    /// <param name="receive">Gets each n-gram.</param>
    public static void Characters(string text, bool withinWords, Receiver receive)
    {
        string lower = text.ToLowerInvariant();
        if (!withinWords)
        {
            var folded = new StringBuilder(lower.Length);
            foreach (char c in lower)
            {
                if (!char.IsWhiteSpace(c))
                {
                    folded.Append(c);
                }
                else if (folded.Length == 0 || folded[^1] != ' ')
                {
                    folded.Append(' ');
                }
            }

            Cut(folded.ToString(), receive);
            return;
        }

        foreach (string word in lower.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            Cut($" {word} ", receive);
        }
    }

    private static void Cut(string text, Receiver receive)
    {
        for (int length = 2; length <= 4; length++)
        {
            for (int start = 0; start + length <= text.Length; start++)
            {
                receive(text.AsSpan(start, length));
            }
        }
    }

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || c == '_';
}
