using System.Globalization;
using System.Text;
using System.Text.Unicode;
using SlmEdge.Datasets.Languages;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Datasets.Quality;

/// <summary>What can be odd about the characters of a text. Each gives the first place, in words, or null.</summary>
internal static class TextOddities
{
    // What Windows-1252 makes of the bytes 80 to 9F, as far as it has characters for them.
    private const string Windows1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ";

    private const string Typographic = "‘’“”–—…‚„‹›";

    // And Windows-1254, which has Turkish letters where 1252 has Icelandic ones.
    private const string Turkish = "ĞİŞğış";
    private const string TurkishBytes = "\u00D0\u00DD\u00DE\u00F0\u00FD\u00FE";

    /// <summary>A run of characters that are valid UTF-8 when they are taken for bytes again: é that has become Ã©.</summary>
    public static string? Mojibake(string text)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (int i = text.AsSpan().IndexOfAnyInRange('\u00C2', '\u015F'); i >= 0 && i < text.Length - 1; i++)
        {
            int length = Byte(text[i]) switch
            {
                >= 0xC2 and <= 0xDF => 2,
                >= 0xE0 and <= 0xEF => 3,
                >= 0xF0 and <= 0xF4 => 4,
                _ => 0,
            };
            if (length == 0 || i + length > text.Length)
            {
                continue;
            }

            for (int j = 0; j < length; j++)
            {
                bytes[j] = (byte)Byte(text[i + j]);
            }

            // Quotes and dashes also stand behind a letter (GÖTÜRÜLDÜ”); then only the letters of the usual cases are taken.
            bool doubtful = Typographic.Contains(text[i + 1], StringComparison.Ordinal) && text[i] is not ('Ã' or 'Â' or 'â');
            if (!doubtful && Utf8.IsValid(bytes[..length]))
            {
                return $"'{Around(text, i, length)}': '{text.Substring(i, length)}' was '{Encoding.UTF8.GetString(bytes[..length])}'";
            }
        }

        return null;
    }

    /// <summary>U+FFFD, which stands for bytes that could not be read.</summary>
    public static string? ReplacementCharacter(string text)
    {
        int at = text.IndexOf('\uFFFD', StringComparison.Ordinal);
        return at < 0 ? null : $"'{Around(text, at, 1)}'";
    }

    /// <summary>Control characters other than tab and line ends.</summary>
    public static string? ControlCharacter(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsControl(text[i]) && text[i] is not ('\t' or '\n' or '\r'))
            {
                return Name(text, i);
            }
        }

        return null;
    }

    /// <summary>Zero-width spaces, direction marks, soft hyphens, a byte-order mark inside, private characters.</summary>
    public static string? InvisibleCharacter(string text)
    {
        if (Ascii.IsValid(text))
        {
            return null;
        }

        for (int i = 0; i < text.Length; i++)
        {
            // Joiners (200C, 200D) are part of Persian, of Indian scripts and of emoji.
            if (text[i] is '\u200B' or '\u200E' or '\u200F' or '\u2060' or '\uFEFF' or '\u00AD' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or (>= '\uE000' and <= '\uF8FF'))
            {
                return Name(text, i);
            }
        }

        return null;
    }

    /// <summary>A word of Latin letters together with Greek or Cyrillic ones, as look-alikes make it.</summary>
    public static string? MixedScripts(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\u0370', '\u052F') < 0)
        {
            return null;
        }

        bool latin = false;
        bool other = false;
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsLetter(text[i]))
            {
                Script script = char.IsSurrogate(text[i]) ? Script.None : Scripts.Of(new Rune(text[i]));

                // Micro, ohm and the like stand before and behind Latin letters in units.
                latin |= script == Script.Latin;
                other |= script == Script.Cyrillic || (script == Script.Greek && text[i] is not ('μ' or 'Ω' or 'π' or 'Δ' or 'α' or 'β' or 'γ' or 'θ' or 'λ' or 'σ'));
                continue;
            }

            if (latin && other)
            {
                return $"'{text[start..i]}'";
            }

            (latin, other, start) = (false, false, i + 1);
        }

        return null;
    }

    /// <summary>Whether letters and marks stand apart that Unicode joins (not in NFC).</summary>
    public static bool IsDecomposed(string text) => !ReferenceEquals(CanonicalComposition.Compose(text), text) && CanonicalComposition.Compose(text) != text;

    /// <summary>Whether there are letters that are joined with a mark.</summary>
    public static bool HasComposed(string text) => text.AsSpan().IndexOfAnyInRange('\u00C0', '\u024F') >= 0;

    private static int Byte(char c)
    {
        int at;
        return c < 0x80 ? 0
            : (at = Windows1252.IndexOf(c, StringComparison.Ordinal)) >= 0 ? 0x80 + at
            : (at = Turkish.IndexOf(c, StringComparison.Ordinal)) >= 0 ? TurkishBytes[at]
            : c < 0x100 ? c
            : 0;
    }

    private static string Name(string text, int at) => string.Create(CultureInfo.InvariantCulture, $"U+{(int)text[at]:X4} at character {at + 1}");

    private static string Around(string text, int at, int length)
    {
        int start = Math.Max(0, at - 12);
        int end = Math.Min(text.Length, at + length + 12);
        return text[start..end];
    }
}
