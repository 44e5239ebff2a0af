namespace SlmEdge.Tasks.Data;

/// <summary>Names that a misspelt one may have meant.</summary>
internal static class CloseMatches
{
    private const int MaxLength = 200;

    /// <summary>Up to three names within a third of the name's length in edits (case, spaces and punctuation are free), closest first.</summary>
    public static IReadOnlyList<string> Find(string name, IEnumerable<string> known)
    {
        string wanted = Fold(name);
        if (wanted.Length > MaxLength)
        {
            return [];
        }

        int limit = Math.Max(1, wanted.Length / 3);
        return [.. known
            .Select(candidate => (candidate, Distance: Distance(wanted, Fold(candidate))))
            .Where(match => match.Distance <= limit)
            .OrderBy(match => match.Distance)
            .Take(3)
            .Select(match => match.candidate)];
    }

    /// <summary>The form in which names are compared: lower case, letters and digits only.</summary>
    internal static string Fold(string name) => string.Concat(name.ToLowerInvariant().Where(char.IsLetterOrDigit));

    /// <summary>Levenshtein distance.</summary>
    internal static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (int j = 0; j < row.Length; j++)
        {
            row[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
