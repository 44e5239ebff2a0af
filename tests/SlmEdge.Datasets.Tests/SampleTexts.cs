namespace SlmEdge.Datasets.Tests;

/// <summary>Texts made from a small vocabulary by a seed, some of them repeated with small changes, as real collections have them.</summary>
internal static class SampleTexts
{
    private static readonly string[] Words =
        "pump valve hose leaks broken replace check oil water pressure sensor motor bearing noise hydraulic engine filter belt cracked bucket teeth worn left right front rear please urgent again before after start stop".Split(' ');

    public static List<string> Make(int seed, int count)
    {
        var random = new Random(seed);
        var texts = new List<string>();
        while (texts.Count < count)
        {
            int kind = texts.Count == 0 ? 0 : random.Next(10);
            string other = texts.Count == 0 ? "" : texts[random.Next(texts.Count)];
            texts.Add(kind switch
            {
                0 or 1 or 2 or 3 or 4 or 5 => string.Join(' ', Enumerable.Range(0, random.Next(3, 14)).Select(_ => Words[random.Next(Words.Length)])),
                6 => other.ToUpperInvariant() + " ",
                7 => other + " " + Words[random.Next(Words.Length)],
                _ => Swap(other, random),
            });
        }

        return texts;
    }

    private static string Swap(string text, Random random)
    {
        char[] letters = text.ToCharArray();
        letters[random.Next(letters.Length)] = (char)('a' + random.Next(26));
        return new string(letters);
    }
}
