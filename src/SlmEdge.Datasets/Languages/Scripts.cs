using System.Text;

namespace SlmEdge.Datasets.Languages;

/// <summary>The script of a letter, by Unicode's blocks.</summary>
internal static class Scripts
{
    public static Script Of(Rune rune) => rune.Value switch
    {
        < 0x41 => Script.None,
        < 0x80 => Rune.IsLetter(rune) ? Script.Latin : Script.None,
        >= 0xC0 and < 0x250 when rune.Value is not (0xD7 or 0xF7) => Script.Latin,
        >= 0x1E00 and < 0x1F00 => Script.Latin,
        (>= 0x370 and < 0x400) or (>= 0x1F00 and < 0x2000) => Rune.IsLetter(rune) ? Script.Greek : Script.None,
        >= 0x400 and < 0x530 => Script.Cyrillic,
        >= 0x590 and < 0x600 => Script.Hebrew,
        (>= 0x600 and < 0x700) or (>= 0x750 and < 0x780) => Script.Arabic,
        >= 0x900 and < 0x980 => Script.Devanagari,
        >= 0xE00 and < 0xE80 => Script.Thai,
        >= 0x3040 and < 0x3100 => Script.Kana,
        (>= 0x1100 and < 0x1200) or (>= 0xAC00 and < 0xD7A4) => Script.Hangul,
        (>= 0x3400 and < 0x4DC0) or (>= 0x4E00 and < 0xA000) or (>= 0x20000 and < 0x32000) => Script.Han,
        _ => Script.None,
    };
}
