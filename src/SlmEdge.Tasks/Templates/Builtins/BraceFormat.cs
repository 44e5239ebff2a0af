using System.Globalization;
using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>Python's <c>str.format</c> with <c>{}</c>, <c>{0}</c> and <c>{name}</c>; what stands behind the name (attributes, widths) is refused.</summary>
internal static class BraceFormat
{
    public static TemplateText Apply(TemplateText format, CallArguments arguments, RenderBudget budget)
    {
        var builder = new TemplateTextBuilder();
        string text = format.Value;
        int next = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is not ('{' or '}'))
            {
                builder.Append(format, i, 1);
                continue;
            }

            if (i + 1 < text.Length && text[i + 1] == c)
            {
                builder.Append(format, i++, 1);
                continue;
            }

            int end = c == '{' ? text.IndexOf('}', i) : -1;
            if (end < 0)
            {
                throw new TemplateFault("a brace of 'format' has no counterpart");
            }

            string field = text[(i + 1)..end];
            builder.Append(Printing.ToText(Value(field, arguments, ref next), budget));
            i = end;
        }

        return builder.ToText();
    }

    private static TemplateValue Value(string field, CallArguments arguments, ref int next)
    {
        if (field.Length == 0)
        {
            field = next++.ToString(CultureInfo.InvariantCulture);
        }

        TemplateValue? value = int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out int place)
            ? arguments.Positional.ElementAtOrDefault(place)
            : field.All(c => char.IsLetterOrDigit(c) || c == '_') ? arguments.Named.FirstOrDefault(named => named.Key == field).Value
            : throw new TemplateFault($"the field '{{{field}}}' of 'format' is not supported; only places and names are");
        return value ?? throw new TemplateFault($"'format' has no argument for the field '{{{field}}}'");
    }
}
