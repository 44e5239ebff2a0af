using System.Text;
using SlmEdge.Datasets.Privacy;

namespace SlmEdge.Worker.Journal;

/// <summary>What is kept of a text.</summary>
internal static class TextKeeping
{
    /// <summary>The text as it may be kept, or null where nothing of it may.</summary>
    public static string? Keep(string text, JournalText keeping) => keeping switch
    {
        JournalText.Full => text,
        JournalText.Redacted => Redact(text),
        _ => null,
    };

    private static string Redact(string text)
    {
        var kept = new StringBuilder(text.Length);
        var from = 0;
        foreach (var match in PiiScanner.Scan(text))
        {
            kept.Append(text, from, match.Start - from).Append('[').Append(match.Kind.ToString().ToLowerInvariant()).Append(']');
            from = match.Start + match.Length;
        }

        return kept.Append(text, from, text.Length - from).ToString();
    }
}
