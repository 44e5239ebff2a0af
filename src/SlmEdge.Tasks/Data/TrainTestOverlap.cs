using System.Text;

namespace SlmEdge.Tasks.Data;

/// <summary>Finds test texts that were trained on: their score says nothing about new texts.</summary>
public static class TrainTestOverlap
{
    /// <summary>Finds the test rows whose text also stands in the training rows, letter case, white space and Unicode composition aside.</summary>
    /// <returns>One entry for each such test row, with the first training row of that text.</returns>
    public static IReadOnlyList<TextOverlap> Check(IEnumerable<LabelledText> train, IEnumerable<LabelledText> test)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        var seen = new Dictionary<string, LabelledText>(StringComparer.Ordinal);
        foreach (LabelledText row in train)
        {
            seen.TryAdd(Fold(row.Text), row);
        }

        var overlaps = new List<TextOverlap>();
        foreach (LabelledText row in test)
        {
            if (seen.TryGetValue(Fold(row.Text), out LabelledText? first))
            {
                overlaps.Add(new TextOverlap(first, row));
            }
        }

        return overlaps;
    }

    /// <summary>The form in which two texts are compared: composed, lower case, runs of white space as one space, none at the ends.</summary>
    public static string Fold(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var folded = new StringBuilder(text.Length);
        foreach (char c in CanonicalComposition.Compose(text))
        {
            if (!char.IsWhiteSpace(c))
            {
                folded.Append(char.ToLowerInvariant(c));
            }
            else if (folded.Length > 0 && folded[^1] != ' ')
            {
                folded.Append(' ');
            }
        }

        if (folded.Length > 0 && folded[^1] == ' ')
        {
            folded.Length--;
        }

        return folded.ToString();
    }
}
