using System.Text;

namespace SlmEdge.Tasks.Metrics;

/// <summary>
/// ROUGE-L (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries"): F1 of the longest common subsequence of words. Words are runs of letters
/// and digits, lower-cased, as in the common implementations, but of every script and not of ASCII only.
/// </summary>
public static class RougeL
{
    /// <summary>F1 of one answer against one reference, 0 to 1; two texts without words agree.</summary>
    /// <param name="reference">What was wanted.</param>
    /// <param name="answer">What was written.</param>
    public static double Score(string reference, string answer)
    {
        string[] wanted = Words(reference);
        string[] written = Words(answer);
        if (wanted.Length == 0 || written.Length == 0)
        {
            return wanted.Length == written.Length ? 1 : 0;
        }

        int common = LongestCommonSubsequence(wanted, written);
        return 2.0 * common / (wanted.Length + written.Length);
    }

    private static string[] Words(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.NonSpacingMark)
            {
                word.Append(Rune.ToLowerInvariant(rune));
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        if (word.Length > 0)
        {
            words.Add(word.ToString());
        }

        return [.. words];
    }

    private static int LongestCommonSubsequence(string[] a, string[] b)
    {
        // One row of the table suffices: entry j of the row above is overwritten after it has been used.
        var row = new int[b.Length + 1];
        foreach (string word in a)
        {
            int diagonal = 0;
            for (int j = 0; j < b.Length; j++)
            {
                int above = row[j + 1];
                row[j + 1] = word == b[j] ? diagonal + 1 : Math.Max(above, row[j]);
                diagonal = above;
            }
        }

        return row[^1];
    }
}
