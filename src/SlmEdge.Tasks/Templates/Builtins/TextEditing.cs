using System.Text;
using SlmEdge.Tasks.Templates.Evaluation;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>Changes of text that keep the origin of every character.</summary>
internal static class TextEditing
{
    public static TemplateText Trim(TemplateText text, string? characters, bool left = true, bool right = true)
    {
        (int start, int end) = (0, text.Length);
        while (left && start < end && Goes(text.Value[start]))
        {
            start++;
        }

        while (right && end > start && Goes(text.Value[end - 1]))
        {
            end--;
        }

        return text.Substring(start, end - start);

        bool Goes(char c) => characters is null ? PythonText.IsSpace(c) : characters.Contains(c);
    }

    public static TemplateText Replace(TemplateText text, TemplateText old, TemplateText replacement, long count, RenderBudget budget)
    {
        budget.Charge(text.Length);
        long left = count < 0 ? long.MaxValue : count;
        var builder = new TemplateTextBuilder();
        int at = 0;
        if (old.Length == 0)
        {
            // An empty text is found before every character and at the end.
            int[]? starts = PythonText.CodePointStarts(text.Value);
            for (int i = 0; i < (starts?.Length ?? text.Length) && left > 0; i++, left--)
            {
                budget.Charge(replacement.Length);
                int next = starts is null ? i + 1 : i + 1 < starts.Length ? starts[i + 1] : text.Length;
                builder.Append(replacement).Append(text, at, next - at);
                at = next;
            }

            builder.Append(text, at, text.Length - at);
            return left > 0 ? builder.Append(replacement).ToText() : builder.ToText();
        }

        for (int found; left > 0 && (found = text.Value.IndexOf(old.Value, at, StringComparison.Ordinal)) >= 0; left--)
        {
            budget.Charge(replacement.Length);
            builder.Append(text, at, found - at).Append(replacement);
            at = found + old.Length;
        }

        return builder.Append(text, at, text.Length - at).ToText();
    }

    public static TemplateText Join(IEnumerable<TemplateText> parts, TemplateText separator, RenderBudget budget)
    {
        var builder = new TemplateTextBuilder();
        bool first = true;
        foreach (TemplateText part in parts)
        {
            budget.Charge(part.Length + separator.Length);
            if (!first)
            {
                builder.Append(separator);
            }

            builder.Append(part);
            first = false;
        }

        return builder.ToText();
    }

    /// <summary>Lines without their ends, where Python's <c>splitlines</c> sees one.</summary>
    public static List<TemplateText> Lines(TemplateText text, bool keepEnds = false)
    {
        var lines = new List<TemplateText>();
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text.Value[i] is '\n' or '\r' or '\v' or '\f' or (>= '\x1c' and <= '\x1e') or '\x85' or '\u2028' or '\u2029')
            {
                int end = i;
                i += text.Value[i] == '\r' && i + 1 < text.Length && text.Value[i + 1] == '\n' ? 1 : 0;
                lines.Add(text.Substring(start, (keepEnds ? i + 1 : end) - start));
                start = i + 1;
            }
        }

        if (start < text.Length)
        {
            lines.Add(text.Substring(start, text.Length - start));
        }

        return lines;
    }

    public static TemplateText Upper(TemplateText text, RenderBudget budget) => Map(text, budget, (rune, _) => Casing.Upper(rune));

    public static TemplateText Lower(TemplateText text, RenderBudget budget) => Map(text, budget, (rune, _) => Casing.Lower(rune));

    /// <summary>First character in upper case, the others in lower case.</summary>
    public static TemplateText Capitalize(TemplateText text, RenderBudget budget) =>
        Map(text, budget, (rune, at) => at == 0 ? Casing.Title(rune) : Casing.Lower(rune));

    /// <summary><c>str.title</c>: a letter behind one that is not is in upper case.</summary>
    public static TemplateText Title(TemplateText text, RenderBudget budget)
    {
        bool inWord = false;
        return Map(text, budget, (rune, _) =>
        {
            string mapped = inWord ? Casing.Lower(rune) : Casing.Title(rune);
            inWord = Casing.IsCased(rune);
            return mapped;
        });
    }

    public static TemplateText SwapCase(TemplateText text, RenderBudget budget) =>
        Map(text, budget, (rune, _) => Rune.IsUpper(rune) ? Casing.Lower(rune) : Rune.IsLower(rune) ? Casing.Upper(rune) : rune.ToString());

    public static TemplateText Map(TemplateText text, RenderBudget budget, Func<Rune, int, string> map)
    {
        budget.Charge(text.Length);
        var builder = new TemplateTextBuilder();
        for (int i = 0; i < text.Length;)
        {
            bool whole = Rune.TryGetRuneAt(text.Value, i, out Rune rune);
            builder.Append(whole ? map(rune, i) : text.Value.Substring(i, 1), text.OriginAt(i));
            i += whole ? rune.Utf16SequenceLength : 1;
        }

        return builder.ToText();
    }
}
