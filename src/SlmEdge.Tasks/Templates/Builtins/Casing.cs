using System.Globalization;
using System.Text;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>
/// Upper and lower case of single characters: Unicode's simple mappings, and of those that become several letters the ones that occur in texts
/// (ß, İ, the f- and st-ligatures).
/// </summary>
internal static class Casing
{
    public static string Upper(Rune rune) => rune.Value switch
    {
        'ß' => "SS",
        'ŉ' => "ʼN",
        0xFB00 => "FF",
        0xFB01 => "FI",
        0xFB02 => "FL",
        0xFB03 => "FFI",
        0xFB04 => "FFL",
        0xFB05 or 0xFB06 => "ST",
        _ => Rune.ToUpperInvariant(rune).ToString(),
    };

    public static string Lower(Rune rune) => rune.Value == 'İ' ? "i\u0307" : Rune.ToLowerInvariant(rune).ToString();

    /// <summary>Upper case at the beginning of a word.</summary>
    public static string Title(Rune rune)
    {
        string upper = Upper(rune);
        return upper.Length > rune.Utf16SequenceLength && upper.EnumerateRunes().Count() > 1 ? upper[..1] + upper[1..].ToLowerInvariant() : upper;
    }

    public static bool IsCased(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;
}
