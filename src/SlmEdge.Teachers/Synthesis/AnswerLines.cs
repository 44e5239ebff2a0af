using System.Text.Json;
using System.Text.RegularExpressions;

namespace SlmEdge.Teachers.Synthesis;

/// <summary>Takes an answer apart into the texts that it holds, one a line, whatever the teacher put around them.</summary>
internal static partial class AnswerLines
{
    /// <summary>The texts; of one written as a JSON object also the label that it claims.</summary>
    public static IEnumerable<(string Text, string? Label)> Read(string answer)
    {
        foreach (var line in answer.ReplaceLineEndings("\n").Split('\n'))
        {
            var text = Bullet().Replace(line, string.Empty).Trim();
            if (text.Length == 0 || text.StartsWith("```", StringComparison.Ordinal))
            {
                continue;
            }

            if (Object(text) is { } row)
            {
                yield return row;
                continue;
            }

            yield return (Unquote(text), null);
        }
    }

    private static (string Text, string? Label)? Object(string line)
    {
        if (line[0] != '{')
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(line.TrimEnd(','));
            return document.RootElement.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String
                ? (text.GetString()!.Trim(), document.RootElement.TryGetProperty("label", out var label) && label.ValueKind == JsonValueKind.String ? label.GetString() : null)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string Unquote(string text) =>
        text.Length > 2 && (text[0], text[^1]) is ('"', '"') or ('“', '”') or ('\'', '\'') ? text[1..^1].Trim() : text;

    [GeneratedRegex(@"^\s*(?:[-*•]\s+|\(?\d{1,3}[.):]\s+)")]
    private static partial Regex Bullet();
}
