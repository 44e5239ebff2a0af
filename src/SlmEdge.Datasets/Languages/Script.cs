namespace SlmEdge.Datasets.Languages;

/// <summary>A writing system, as far as telling languages apart needs it.</summary>
internal enum Script
{
    None,
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    Devanagari,
    Han,
    Kana,
    Hangul,
    Thai,
}
