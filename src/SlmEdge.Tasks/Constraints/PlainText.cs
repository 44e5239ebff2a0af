using System.Text;

namespace SlmEdge.Tasks.Constraints;

/// <summary>
/// Text of characters that mean nothing in JSON: any but control characters, the quotation mark and the backslash. Where a string may hold
/// anything, only the number of such characters matters, and most tokens of a vocabulary are made of them alone.
/// </summary>
internal static class PlainText
{
    /// <summary>Longer tokens are looked at byte by byte: there are few of them.</summary>
    public const int MaxCharacters = 32;

    /// <summary>
    /// Well-formed sequences of two and more bytes (Unicode 17.0, table 3-7): first and last lead byte, first and last second byte, bytes
    /// behind that.
    /// </summary>
    public static ReadOnlySpan<(byte LeadFrom, byte LeadTo, byte From, byte To, byte More)> Sequences => Table;

    private static (byte LeadFrom, byte LeadTo, byte From, byte To, byte More)[] Table { get; } =
    [
        (0xC2, 0xDF, 0x80, 0xBF, 0),
        (0xE0, 0xE0, 0xA0, 0xBF, 1),
        (0xE1, 0xEC, 0x80, 0xBF, 1),
        (0xED, 0xED, 0x80, 0x9F, 1),
        (0xEE, 0xEF, 0x80, 0xBF, 1),
        (0xF0, 0xF0, 0x90, 0xBF, 2),
        (0xF1, 0xF3, 0x80, 0xBF, 2),
        (0xF4, 0xF4, 0x80, 0x8F, 2),
    ];

    /// <summary>Whether a byte is a plain character of its own.</summary>
    public static bool Contains(int value) => value is >= 0x20 and < 0x7F and not '"' and not '\\';

    /// <summary>The number of characters; 0 where the text is empty, not plain, cut within a character or longer than <see cref="MaxCharacters"/>.</summary>
    public static int Count(ReadOnlySpan<byte> text)
    {
        int count = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(text, out Rune character, out int length) != System.Buffers.OperationStatus.Done
                || (character.IsAscii && !Contains(character.Value))
                || ++count > MaxCharacters)
            {
                return 0;
            }

            text = text[length..];
        }

        return count;
    }
}
