using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>Python's <c>split</c>, <c>rsplit</c>, <c>partition</c> and <c>rpartition</c>.</summary>
internal static class TextSplitting
{
    public static ListValue Split(TemplateText text, CallArguments arguments, RenderBudget budget, bool fromRight)
    {
        arguments.Accept("sep", "maxsplit");
        budget.Charge(text.Length);
        int most = arguments.Integer(1, "maxsplit", -1);
        most = most < 0 ? int.MaxValue : most;
        List<TemplateText> parts = arguments.OptionalText(0, "sep") is { } separator
            ? fromRight ? AtFromRight(text, separator.Value, most) : At(text, separator.Value, most)
            : fromRight ? WordsFromRight(text, most) : Words(text, most);
        return new ListValue([.. parts.Select(part => new TextValue(part))]);
    }

    /// <summary>Before the separator, the separator, and behind it.</summary>
    public static ListValue Partition(TemplateText text, CallArguments arguments, bool fromRight)
    {
        TemplateText separator = arguments.Accept("sep").Text(0, "sep");
        RequireSeparator(separator.Value);
        int at = fromRight
            ? text.Value.LastIndexOf(separator.Value, StringComparison.Ordinal)
            : text.Value.IndexOf(separator.Value, StringComparison.Ordinal);
        TemplateText[] parts = at >= 0
            ? [text.Substring(0, at), text.Substring(at, separator.Length), text.Substring(at + separator.Length, text.Length - at - separator.Length)]
            : fromRight ? [TemplateText.Empty, TemplateText.Empty, text] : [text, TemplateText.Empty, TemplateText.Empty];
        return new ListValue([.. parts.Select(part => new TextValue(part))], TextOrigin.Template, tuple: true);
    }

    private static void RequireSeparator(string separator)
    {
        if (separator.Length == 0)
        {
            throw new TemplateFault("the separator is empty");
        }
    }

    private static List<TemplateText> At(TemplateText text, string separator, int most)
    {
        RequireSeparator(separator);
        var parts = new List<TemplateText>();
        int start = 0;
        for (int found; parts.Count < most && (found = text.Value.IndexOf(separator, start, StringComparison.Ordinal)) >= 0; start = found + separator.Length)
        {
            parts.Add(text.Substring(start, found - start));
        }

        parts.Add(text.Substring(start, text.Length - start));
        return parts;
    }

    private static List<TemplateText> AtFromRight(TemplateText text, string separator, int most)
    {
        RequireSeparator(separator);
        var parts = new List<TemplateText>();
        int end = text.Length;
        while (parts.Count < most && end >= separator.Length)
        {
            int found = text.Value.AsSpan(0, end).LastIndexOf(separator, StringComparison.Ordinal);
            if (found < 0)
            {
                break;
            }

            parts.Add(text.Substring(found + separator.Length, end - found - separator.Length));
            end = found;
        }

        parts.Add(text.Substring(0, end));
        parts.Reverse();
        return parts;
    }

    private static List<TemplateText> Words(TemplateText text, int most)
    {
        var parts = new List<TemplateText>();
        int at = 0;
        while (true)
        {
            while (at < text.Length && PythonText.IsSpace(text.Value[at]))
            {
                at++;
            }

            if (at == text.Length)
            {
                return parts;
            }

            int end = at;
            while (end < text.Length && (parts.Count == most || !PythonText.IsSpace(text.Value[end])))
            {
                end++;
            }

            parts.Add(text.Substring(at, end - at));
            at = end;
        }
    }

    private static List<TemplateText> WordsFromRight(TemplateText text, int most)
    {
        var parts = new List<TemplateText>();
        int end = text.Length;
        while (true)
        {
            while (end > 0 && PythonText.IsSpace(text.Value[end - 1]))
            {
                end--;
            }

            if (end == 0)
            {
                parts.Reverse();
                return parts;
            }

            int start = end;
            while (start > 0 && (parts.Count == most || !PythonText.IsSpace(text.Value[start - 1])))
            {
                start--;
            }

            parts.Add(text.Substring(start, end - start));
            end = start;
        }
    }
}
