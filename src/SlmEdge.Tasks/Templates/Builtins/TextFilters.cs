using System.Text;
using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>Filters that make text of what they get.</summary>
internal static class TextFilters
{
    public static void Register(Dictionary<string, FilterTable.Filter> table)
    {
        table["upper"] = (value, _, budget) => Of(TextEditing.Upper(Text(value, budget), budget));
        table["lower"] = (value, _, budget) => Of(TextEditing.Lower(Text(value, budget), budget));
        table["capitalize"] = (value, _, budget) => Of(TextEditing.Capitalize(Text(value, budget), budget));
        table["title"] = (value, _, budget) => Of(Title(Text(value, budget), budget));
        table["trim"] = (value, arguments, budget) => Of(TextEditing.Trim(Text(value, budget), arguments.Accept("chars").OptionalText(0, "chars")?.Value));
        table["string"] = (value, _, budget) => Of(Text(value, budget));
        table["safe"] = (value, _, _) => value;
        table["replace"] = (value, arguments, budget) => Of(TextEditing.Replace(
            Text(value, budget), Argument(arguments.Accept("old", "new", "count"), 0, "old", budget), Argument(arguments, 1, "new", budget), Count(arguments), budget));
        table["indent"] = (value, arguments, budget) => Of(Indent(Text(value, budget), arguments, budget));
        table["center"] = (value, arguments, budget) => Of(TextMethods.Center(Text(value, budget), arguments.Accept("width").Integer(0, "width", 80)));
        table["format"] = (value, arguments, budget) => Of(PercentFormat.Apply(
            Text(value, budget),
            arguments.Named.Count > 0
                ? new DictionaryValue(arguments.Named.Select(named => JsonValues.Entry(named.Key, named.Value, TextOrigin.Template)), TextOrigin.Template)
                : new ListValue(arguments.Positional, TextOrigin.Template, tuple: true),
            budget));
        table["tojson"] = (value, arguments, budget) => value is UndefinedValue undefined ? throw undefined.Fault() : Of(JsonPrinting.Print(value, arguments, budget));
        table["escape"] = table["e"] = table["forceescape"] = (value, _, budget) => Of(EscapeHtml(Text(value, budget), budget));
        table["truncate"] = (value, arguments, budget) => Of(Truncate(Text(value, budget), arguments));
        table["wordcount"] = (value, _, budget) => new IntegerValue(Words(Text(value, budget).Value));
        table["urlencode"] = (value, _, budget) => Of(TextEditing.Map(Text(value, budget), budget, (rune, _) =>
            rune.IsAscii && (Rune.IsLetterOrDigit(rune) || rune.Value is '-' or '_' or '.' or '~' or '/') ? rune.ToString() : Uri.EscapeDataString(rune.ToString())));
    }

    private static TextValue Of(TemplateText text) => new(text);

    private static TemplateText Text(TemplateValue value, RenderBudget budget) => Printing.ToText(value, budget);

    private static TemplateText Argument(CallArguments arguments, int place, string name, RenderBudget budget) => Printing.ToText(arguments.Require(place, name), budget);

    private static int Count(CallArguments arguments) => arguments.Find(2, "count") is null or NoneValue ? -1 : arguments.Integer(2, "count", -1);

    /// <summary>Words begin behind white space, dashes and opening brackets; the rest of a word is in lower case.</summary>
    private static TemplateText Title(TemplateText text, RenderBudget budget)
    {
        bool begins = true;
        return TextEditing.Map(text, budget, (rune, _) =>
        {
            bool separates = rune.Value is '-' or '(' or '{' or '[' or '<' || (rune.IsBmp && PythonText.IsSpace((char)rune.Value));
            string mapped = separates ? rune.ToString() : begins ? Casing.Upper(rune) : Casing.Lower(rune);
            begins = separates;
            return mapped;
        });
    }

    private static TemplateText Indent(TemplateText text, CallArguments arguments, RenderBudget budget)
    {
        arguments.Accept("width", "first", "blank");
        TemplateText indent = arguments.Find(0, "width") is TextValue own
            ? own.Text
            : new TemplateTextBuilder().AppendRepeated(' ', arguments.Integer(0, "width", 4), TextOrigin.Template).ToText();
        bool first = arguments.Flag(1, "first");
        bool blank = arguments.Flag(2, "blank");
        var builder = new TemplateTextBuilder();
        TemplateText newline = new TextValue("\n").Text;
        List<TemplateText> lines = TextEditing.Lines(new TemplateTextBuilder().Append(text).Append(newline).ToText());
        for (int i = 0; i < lines.Count; i++)
        {
            budget.Charge(indent.Length);
            if (i > 0)
            {
                builder.Append(newline);
            }

            if (i == 0 ? first : blank || lines[i].Length > 0)
            {
                builder.Append(indent);
            }

            builder.Append(lines[i]);
        }

        return builder.ToText();
    }

    private static TemplateText EscapeHtml(TemplateText text, RenderBudget budget) => TextEditing.Map(text, budget, (rune, _) => rune.Value switch
    {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&#34;",
        '\'' => "&#39;",
        _ => rune.ToString(),
    });

    private static TemplateText Truncate(TemplateText text, CallArguments arguments)
    {
        arguments.Accept("length", "killwords", "end", "leeway");
        int length = arguments.Integer(0, "length", 255);
        TemplateText end = arguments.OptionalText(2, "end") ?? new TextValue("...").Text;
        if (length < end.Length)
        {
            throw new TemplateFault($"truncate to {length} characters leaves no room for '{end.Value}'");
        }

        if (text.Length <= length + arguments.Integer(3, "leeway", 5))
        {
            return text;
        }

        TemplateText kept = text.Substring(0, length - end.Length);
        int space = arguments.Flag(1, "killwords") ? -1 : kept.Value.LastIndexOf(' ');
        return new TemplateTextBuilder().Append(space < 0 ? kept : kept.Substring(0, space)).Append(end).ToText();
    }

    private static int Words(string text)
    {
        int words = 0;
        bool inside = false;
        foreach (char c in text)
        {
            bool part = c == '_' || char.IsLetterOrDigit(c);
            words += part && !inside ? 1 : 0;
            inside = part;
        }

        return words;
    }
}
