using System.Text.RegularExpressions;

namespace SlmEdge.Teachers.Distillation;

/// <summary>An answer and the reasoning before it, taken apart.</summary>
/// <param name="Reasoning">The reasoning; empty where there is none.</param>
/// <param name="Answer">What remains.</param>
internal sealed partial record ReasonedAnswer(string Reasoning, string Answer)
{
    private const string ThinkStart = "<think>";
    private const string ThinkEnd = "</think>";

    /// <summary>Takes an answer apart at what marks the reasoning: the endpoint's own field, think tags, or the last line that begins with "Answer:".</summary>
    /// <returns>The parts, or null when the reasoning has no end.</returns>
    public static ReasonedAnswer? Split(TeacherAnswer answer, bool markedLine)
    {
        var reasoning = answer.Reasoning?.Trim() ?? string.Empty;
        var text = answer.Text.Trim();

        // Templates of some models open the tag themselves, so that only its end is written.
        if (text.LastIndexOf(ThinkEnd, StringComparison.Ordinal) is var end and >= 0)
        {
            var thought = text[..end].Trim();
            reasoning = Join(reasoning, thought.StartsWith(ThinkStart, StringComparison.Ordinal) ? thought[ThinkStart.Length..].Trim() : thought);
            text = text[(end + ThinkEnd.Length)..].Trim();
        }
        else if (text.StartsWith(ThinkStart, StringComparison.Ordinal))
        {
            return null;
        }

        if (!markedLine)
        {
            return new ReasonedAnswer(reasoning, text);
        }

        if (AnswerLine().Matches(text) is { Count: > 0 } lines)
        {
            var last = lines[^1];
            return new ReasonedAnswer(Join(reasoning, text[..last.Index].Trim()), text[(last.Index + last.Length)..].Trim());
        }

        return reasoning.Length > 0 ? new ReasonedAnswer(reasoning, text) : null;
    }

    private static string Join(string first, string second) => first.Length == 0 ? second : second.Length == 0 ? first : first + "\n\n" + second;

    [GeneratedRegex(@"^[ \t]*[*_]*(final[ \t]+)?answer[*_]*[ \t]*:[*_]*", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AnswerLine();
}
