namespace SlmEdge.Runtime.Texts;

/// <summary>What every text has to be before it is tokenised.</summary>
internal static class InputText
{
    /// <summary>Refuses texts without content and texts that are no Unicode. Control characters are text.</summary>
    /// <exception cref="InvalidTextException">The text is empty or holds half of a surrogate pair.</exception>
    public static void Check(string text, long index = 0)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new InvalidTextException(InvalidTextReason.Empty, "The text is empty. Give at least one character that is not white space.", index);
        }

        if (FindLoneSurrogate(text) is var position and >= 0)
        {
            throw new InvalidTextException(
                InvalidTextReason.NotUnicode, $"The text holds half of a surrogate pair at character {position}; it is no Unicode text. Remove it.", index);
        }
    }

    private static int FindLoneSurrogate(string text)
    {
        for (var i = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
                {
                    i++;
                }
                else
                {
                    return i;
                }
            }
        }

        return -1;
    }
}
