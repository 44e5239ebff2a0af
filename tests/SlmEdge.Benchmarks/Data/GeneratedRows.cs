using System.Globalization;
using System.Text;

namespace SlmEdge.Benchmarks.Data;

/// <summary>
/// Work orders made up from a vocabulary: of a hundred rows about eight repeat a text of before, five of them to the letter, and six are a text of
/// before with one word more. The same number gives the same rows.
/// </summary>
internal static class GeneratedRows
{
    private const int Remembered = 1 << 16;
    private const int Labels = 40;
    private const int Vocabulary = 6000;

    public static void Write(string path, long rows, int seed)
    {
        var random = new Random(seed);
        string[] words = Words();
        var memory = new (string Text, int Label)[Remembered];
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 20) { NewLine = "\n" };
        var text = new StringBuilder();
        for (long row = 0; row < rows; row++)
        {
            int kind = row < Remembered ? 100 : random.Next(100);
            (string Text, int Label) example = kind < 14 ? memory[random.Next(Remembered)] : Fresh(words, random, text);
            string written = kind switch
            {
                < 5 => example.Text,
                < 8 => example.Text.ToUpperInvariant(),
                < 14 => example.Text + " " + words[random.Next(words.Length)],
                _ => example.Text,
            };
            if (kind >= 14)
            {
                memory[row < Remembered ? row : random.Next(Remembered)] = example;
            }

            writer.Write("{\"text\": \"");
            writer.Write(written);
            writer.Write("\", \"label\": \"system ");
            writer.Write(example.Label.ToString(CultureInfo.InvariantCulture));
            writer.WriteLine("\"}");
        }
    }

    private static (string Text, int Label) Fresh(string[] words, Random random, StringBuilder text)
    {
        text.Clear();
        int count = 6 + random.Next(10);
        for (int i = 0; i < count; i++)
        {
            // Small words are frequent, as in any language.
            double skew = random.NextDouble();
            text.Append(i == 0 ? "" : " ").Append(words[(int)(skew * skew * words.Length)]);
        }

        return (text.ToString(), random.Next(Labels));
    }

    private static string[] Words()
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, Vocabulary).Select(_ => string.Concat(Enumerable.Range(0, 1 + random.Next(3)).Select(_ => $"{"bcdfghklmnprstvz"[random.Next(16)]}{"aeiou"[random.Next(5)]}{"lmnrst"[random.Next(6)]}"[..(2 + random.Next(2))])))];
    }
}
