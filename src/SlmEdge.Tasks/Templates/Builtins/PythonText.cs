using System.Globalization;
using System.Text;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>What Python holds of characters where .NET differs.</summary>
internal static class PythonText
{
    /// <summary><c>str.isspace</c>: Unicode white space and the four separators U+001C to U+001F.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    public static bool IsSpace(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (!IsSpace(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Where each code point begins; null where every code unit is one.</summary>
    public static int[]? CodePointStarts(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
        {
            return null;
        }

        var starts = new List<int>(text.Length);
        for (int i = 0; i < text.Length; i += char.IsSurrogatePair(text, i) ? 2 : 1)
        {
            starts.Add(i);
            if (i + 1 >= text.Length)
            {
                break;
            }
        }

        return [.. starts];
    }

    /// <summary>Whether <c>repr</c> shows a character as it is.</summary>
    public static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    /// <summary><c>repr</c> of a float: the shortest digits that give it back, with an exponent below 1e-4 and from 1e16.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        string scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        string shortest = value.ToString("R", CultureInfo.InvariantCulture);
        int exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string sign = shortest[0] == '-' ? "-" : "";
        string digits = Digits(shortest);
        if (value == 0)
        {
            return sign + "0.0";
        }

        if (exponent is < -4 or >= 16)
        {
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        return exponent < 0 ? $"{sign}0.{new string('0', -exponent - 1)}{digits}"
            : digits.Length <= exponent + 1 ? $"{sign}{digits}{new string('0', exponent + 1 - digits.Length)}.0"
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    private static string Digits(string shortest)
    {
        int end = shortest.IndexOf('E');
        string mantissa = (end < 0 ? shortest : shortest[..end]).Replace(".", "", StringComparison.Ordinal).TrimStart('-').TrimStart('0').TrimEnd('0');
        return mantissa.Length == 0 ? "0" : mantissa;
    }
}
