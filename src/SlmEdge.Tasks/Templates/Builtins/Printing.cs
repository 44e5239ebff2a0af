using System.Globalization;
using System.Text;
using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>Python's <c>str</c> and <c>repr</c>.</summary>
internal static class Printing
{
    /// <summary>What <c>{{ value }}</c> prints.</summary>
    public static TemplateText ToText(TemplateValue value, RenderBudget budget)
    {
        if (value is TextValue text)
        {
            budget.Charge(text.Text.Length);
            return text.Text;
        }

        if (value is UndefinedValue)
        {
            return TemplateText.Empty;
        }

        var builder = new TemplateTextBuilder();
        Represent(value, builder, TextOrigin.Template, budget, 0);
        return builder.ToText();
    }

    /// <summary><c>repr</c> of a string, for messages and for <c>%r</c>.</summary>
    public static TemplateText Quoted(TemplateText text, RenderBudget budget)
    {
        var builder = new TemplateTextBuilder();
        Quote(text, builder, TextOrigin.Template, budget);
        return builder.ToText();
    }

    private static void Represent(TemplateValue value, TemplateTextBuilder builder, TextOrigin around, RenderBudget budget, int depth)
    {
        budget.Charge();
        if (depth > TemplateLimits.Nesting)
        {
            throw new TemplateFault($"a value is nested deeper than {TemplateLimits.Nesting} levels");
        }

        switch (value)
        {
            case TextValue text:
                Quote(text.Text, builder, around, budget);
                break;
            case NoneValue:
                builder.Append("None", around);
                break;
            case BooleanValue flag:
                builder.Append(flag.Value ? "True" : "False", around);
                break;
            case IntegerValue number:
                builder.Append(number.Value.ToString(CultureInfo.InvariantCulture), around);
                break;
            case FloatValue number:
                builder.Append(PythonText.Number(number.Value), around);
                break;
            case UndefinedValue:
                builder.Append("Undefined", around);
                break;
            case ListValue list:
                builder.Append(list.IsTuple ? '(' : '[', list.Origin);
                for (int i = 0; i < list.Items.Count; i++)
                {
                    builder.Append(i > 0 ? ", " : "", list.Origin);
                    Represent(list.Items[i], builder, list.Origin, budget, depth + 1);
                }

                builder.Append(list is { IsTuple: true, Items.Count: 1 } ? ",)" : list.IsTuple ? ")" : "]", list.Origin);
                break;
            case DictionaryValue dictionary:
                builder.Append('{', dictionary.Origin);
                for (int i = 0; i < dictionary.Entries.Count; i++)
                {
                    builder.Append(i > 0 ? ", " : "", dictionary.Origin);
                    Represent(dictionary.Entries[i].Key, builder, dictionary.Origin, budget, depth + 1);
                    builder.Append(": ", dictionary.Origin);
                    Represent(dictionary.Entries[i].Value, builder, dictionary.Origin, budget, depth + 1);
                }

                builder.Append('}', dictionary.Origin);
                break;
            default:
                throw new TemplateFault($"a {value.TypeName} cannot be printed");
        }
    }

    private static void Quote(TemplateText text, TemplateTextBuilder builder, TextOrigin around, RenderBudget budget)
    {
        budget.Charge(text.Length);
        char quote = text.Value.Contains('\'') && !text.Value.Contains('"') ? '"' : '\'';
        builder.Append(quote, around);
        for (int i = 0; i < text.Length;)
        {
            TextOrigin origin = text.OriginAt(i);
            char c = text.Value[i];
            bool whole = Rune.TryGetRuneAt(text.Value, i, out Rune rune);
            int length = whole ? rune.Utf16SequenceLength : 1;
            string shown = c switch
            {
                '\\' => @"\\",
                '\n' => @"\n",
                '\r' => @"\r",
                '\t' => @"\t",
                _ when c == quote => "\\" + quote,
                _ when whole && PythonText.IsPrintable(rune) => text.Value.Substring(i, length),
                _ when !whole => $"\\u{(int)c:x4}",
                _ => rune.Value <= 0xFF ? $"\\x{rune.Value:x2}" : rune.Value <= 0xFFFF ? $"\\u{rune.Value:x4}" : $"\\U{rune.Value:x8}",
            };
            builder.Append(shown, origin);
            i += length;
        }

        builder.Append(quote, around);
    }
}
