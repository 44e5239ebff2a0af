using System.Globalization;
using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>Python's <c>%</c> on strings: <c>%s %r %d %i %x %X %o %f %%</c> with flags, width and precision, and <c>%(name)s</c>.</summary>
internal static class PercentFormat
{
    public static TemplateText Apply(TemplateText format, TemplateValue values, RenderBudget budget)
    {
        IReadOnlyList<TemplateValue> positional = values is ListValue { IsTuple: true } tuple ? tuple.Items : [values];
        var builder = new TemplateTextBuilder();
        string text = format.Value;
        int used = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                int end = text.IndexOf('%', i);
                end = end < 0 ? text.Length : end;
                builder.Append(format, i, end - i);
                i = end - 1;
                continue;
            }

            i++;
            string? name = null;
            if (i < text.Length && text[i] == '(')
            {
                int close = text.IndexOf(')', i);
                name = close > i ? text[(i + 1)..close] : throw new TemplateFault("'%(' has no ')'");
                i = close + 1;
            }

            string flags = Span(text, ref i, c => c is '-' or '+' or ' ' or '0' or '#');
            string width = Span(text, ref i, char.IsAsciiDigit);
            string? precision = null;
            if (i < text.Length && text[i] == '.')
            {
                i++;
                precision = Span(text, ref i, char.IsAsciiDigit);
            }

            char kind = i < text.Length ? text[i] : throw new TemplateFault("the format ends with an incomplete '%'");
            if (kind == '%')
            {
                builder.Append(format, i, 1);
                continue;
            }

            TemplateValue value = name is not null
                ? (values as DictionaryValue)?.Find(name) ?? throw new TemplateFault($"the format has no value for '{name}'")
                : used < positional.Count ? positional[used++] : throw new TemplateFault("the format has more places than values");
            Write(builder, value, kind, flags, Limit(width), precision is null ? null : Limit(precision), budget);
        }

        return used < positional.Count && values is not DictionaryValue ? throw new TemplateFault("the format has fewer places than values") : builder.ToText();
    }

    private static void Write(TemplateTextBuilder builder, TemplateValue value, char kind, string flags, int width, int? precision, RenderBudget budget)
    {
        TemplateText shown = kind switch
        {
            's' => Cut(Printing.ToText(value, budget), precision),
            'r' => Cut(value is TextValue text ? Printing.Quoted(text.Text, budget) : Printing.ToText(value, budget), precision),
            'd' or 'i' or 'u' => Number(((long)Math.Truncate(Comparing.ToDouble(value))) is var whole && Comparing.ToInteger(value) is { } exact ? exact : whole, "D" + (precision ?? 1), flags),
            'x' => Number(Integer(value), "x", flags),
            'X' => Number(Integer(value), "X", flags),
            'f' or 'F' => Signed(Comparing.ToDouble(value).ToString("F" + (precision ?? 6), CultureInfo.InvariantCulture), flags),
            _ => throw new TemplateFault($"'%{kind}' is not supported; use %s, %r, %d, %x or %f"),
        };
        int missing = width - (PythonText.CodePointStarts(shown.Value)?.Length ?? shown.Length);
        bool left = flags.Contains('-');
        if (flags.Contains('0') && !left && kind is not ('s' or 'r'))
        {
            int sign = shown.Value is ['-' or '+' or ' ', ..] ? 1 : 0;
            builder.Append(shown, 0, sign).AppendRepeated('0', missing, TextOrigin.Template).Append(shown, sign, shown.Length - sign);
            return;
        }

        builder.AppendRepeated(' ', left ? 0 : missing, TextOrigin.Template).Append(shown).AppendRepeated(' ', left ? missing : 0, TextOrigin.Template);
    }

    private static long Integer(TemplateValue value) => Comparing.ToInteger(value) ?? throw new TemplateFault($"'%x' needs an integer, not {value.TypeName}");

    private static TemplateText Number(long value, string format, string flags) =>
        Signed(value < 0 && format[0] is 'x' or 'X' ? "-" + (-value).ToString(format, CultureInfo.InvariantCulture) : value.ToString(format, CultureInfo.InvariantCulture), flags);

    private static TemplateText Signed(string number, string flags) =>
        new TextValue(number[0] == '-' ? number : flags.Contains('+') ? "+" + number : flags.Contains(' ') ? " " + number : number).Text;

    private static TemplateText Cut(TemplateText text, int? precision) => precision is { } most && most < text.Length ? text.Substring(0, most) : text;

    private static string Span(string text, ref int at, Func<char, bool> belongs)
    {
        int start = at;
        while (at < text.Length && belongs(text[at]))
        {
            at++;
        }

        return text[start..at];
    }

    private static int Limit(string digits) => digits.Length == 0 ? 0
        : int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= 10_000 ? number
        : throw new TemplateFault($"a width or precision of {digits} is more than 10000");
}
