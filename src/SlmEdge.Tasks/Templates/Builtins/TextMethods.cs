using System.Globalization;
using System.Text;
using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>The methods of Python's <c>str</c>.</summary>
internal static class TextMethods
{
    private delegate TemplateValue Method(TemplateText text, CallArguments arguments, RenderBudget budget);

    private static readonly Dictionary<string, Method> Table = new(StringComparer.Ordinal)
    {
        ["upper"] = (text, arguments, budget) => Text(TextEditing.Upper(text, budget), arguments),
        ["lower"] = (text, arguments, budget) => Text(TextEditing.Lower(text, budget), arguments),
        ["casefold"] = (text, arguments, budget) => Text(TextEditing.Map(text, budget, (rune, _) => rune.Value == 'ß' ? "ss" : Casing.Lower(rune)), arguments),
        ["title"] = (text, arguments, budget) => Text(TextEditing.Title(text, budget), arguments),
        ["capitalize"] = (text, arguments, budget) => Text(TextEditing.Capitalize(text, budget), arguments),
        ["swapcase"] = (text, arguments, budget) => Text(TextEditing.SwapCase(text, budget), arguments),
        ["strip"] = (text, arguments, _) => new TextValue(TextEditing.Trim(text, Characters(arguments))),
        ["lstrip"] = (text, arguments, _) => new TextValue(TextEditing.Trim(text, Characters(arguments), right: false)),
        ["rstrip"] = (text, arguments, _) => new TextValue(TextEditing.Trim(text, Characters(arguments), left: false)),
        ["split"] = (text, arguments, budget) => TextSplitting.Split(text, arguments, budget, fromRight: false),
        ["rsplit"] = (text, arguments, budget) => TextSplitting.Split(text, arguments, budget, fromRight: true),
        ["partition"] = (text, arguments, _) => TextSplitting.Partition(text, arguments, fromRight: false),
        ["rpartition"] = (text, arguments, _) => TextSplitting.Partition(text, arguments, fromRight: true),
        ["splitlines"] = (text, arguments, _) => new ListValue([.. TextEditing.Lines(text, arguments.Accept("keepends").Flag(0, "keepends")).Select(line => new TextValue(line))]),
        ["startswith"] = (text, arguments, _) => BooleanValue.Of(Affixes(arguments).Any(affix => text.Value.StartsWith(affix, StringComparison.Ordinal))),
        ["endswith"] = (text, arguments, _) => BooleanValue.Of(Affixes(arguments).Any(affix => text.Value.EndsWith(affix, StringComparison.Ordinal))),
        ["removeprefix"] = (text, arguments, _) => new TextValue(Only(arguments) is { Length: > 0 } affix && text.Value.StartsWith(affix, StringComparison.Ordinal) ? text.Substring(affix.Length, text.Length - affix.Length) : text),
        ["removesuffix"] = (text, arguments, _) => new TextValue(Only(arguments) is { Length: > 0 } affix && text.Value.EndsWith(affix, StringComparison.Ordinal) ? text.Substring(0, text.Length - affix.Length) : text),
        ["replace"] = (text, arguments, budget) => new TextValue(TextEditing.Replace(
            text, arguments.Accept("old", "new", "count").Text(0, "old"), arguments.Text(1, "new"), arguments.Integer(2, "count", -1), budget)),
        ["join"] = (text, arguments, budget) => new TextValue(TextEditing.Join(
            Access.Iterate(arguments.Accept("iterable").Require(0, "iterable"), budget)
                .Select(item => item is TextValue part ? part.Text : throw new TemplateFault($"join puts strings together, not {item.TypeName}")),
            text,
            budget)),
        ["find"] = (text, arguments, _) => new IntegerValue(Place(text, arguments, last: false)),
        ["rfind"] = (text, arguments, _) => new IntegerValue(Place(text, arguments, last: true)),
        ["index"] = (text, arguments, _) => new IntegerValue(Found(Place(text, arguments, last: false))),
        ["rindex"] = (text, arguments, _) => new IntegerValue(Found(Place(text, arguments, last: true))),
        ["count"] = (text, arguments, _) => new IntegerValue(Count(text.Value, Only(arguments))),
        ["center"] = (text, arguments, _) => new TextValue(Pad(text, arguments, left: true, right: true)),
        ["ljust"] = (text, arguments, _) => new TextValue(Pad(text, arguments, left: false, right: true)),
        ["rjust"] = (text, arguments, _) => new TextValue(Pad(text, arguments, left: true, right: false)),
        ["zfill"] = (text, arguments, _) => new TextValue(FillZeros(text, arguments.Accept("width").Integer(0, "width", 0))),
        ["format"] = (text, arguments, budget) => new TextValue(BraceFormat.Apply(text, arguments, budget)),
        ["isspace"] = (text, arguments, _) => Is(text, arguments, rune => rune.IsBmp && PythonText.IsSpace((char)rune.Value)),
        ["isdigit"] = (text, arguments, _) => Is(text, arguments, Rune.IsDigit),
        ["isdecimal"] = (text, arguments, _) => Is(text, arguments, Rune.IsDigit),
        ["isnumeric"] = (text, arguments, _) => Is(text, arguments, Rune.IsNumber),
        ["isalpha"] = (text, arguments, _) => Is(text, arguments, Rune.IsLetter),
        ["isalnum"] = (text, arguments, _) => Is(text, arguments, rune => Rune.IsLetter(rune) || Rune.IsNumber(rune)),
        ["isascii"] = (text, arguments, _) => BooleanValue.Of(Ascii.IsValid(text.Value)),
        ["isupper"] = (text, arguments, budget) => BooleanValue.Of(HasCase(text, Rune.IsUpper) && TextEditing.Upper(text, budget).Value == text.Value),
        ["islower"] = (text, arguments, budget) => BooleanValue.Of(HasCase(text, Rune.IsLower) && TextEditing.Lower(text, budget).Value == text.Value),
    };

    public static FunctionValue? Find(TemplateText text, string name, RenderBudget budget) => Table.TryGetValue(name, out Method? method)
        ? new FunctionValue(name, arguments =>
        {
            budget.Charge(text.Length);
            return method(text, arguments, budget);
        })
        : null;

    public static int Count(string text, string part)
    {
        if (part.Length == 0)
        {
            return (PythonText.CodePointStarts(text)?.Length ?? text.Length) + 1;
        }

        int count = 0;
        for (int at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
        {
            count++;
        }

        return count;
    }

    public static TemplateText Center(TemplateText text, int width)
    {
        int missing = width - Characters(text);

        // Python puts the odd space to the left of a text of even width and to the right otherwise.
        int left = (missing / 2) + (missing & width & 1);
        return new TemplateTextBuilder().AppendRepeated(' ', left, TextOrigin.Template).Append(text).AppendRepeated(' ', missing - left, TextOrigin.Template).ToText();
    }

    private static TextValue Text(TemplateText text, CallArguments arguments)
    {
        arguments.Accept();
        return new TextValue(text);
    }

    private static string? Characters(CallArguments arguments) => arguments.Accept("chars").OptionalText(0, "chars")?.Value;

    private static string Only(CallArguments arguments) => arguments.Accept("text").Text(0, "text").Value;

    private static IEnumerable<string> Affixes(CallArguments arguments) => arguments.Accept("affix").Require(0, "affix") switch
    {
        ListValue { IsTuple: true } tuple when tuple.Items.All(item => item is TextValue) => tuple.Items.Select(item => ((TextValue)item).Value),
        _ => [arguments.Text(0, "affix").Value],
    };

    private static int Characters(TemplateText text) => PythonText.CodePointStarts(text.Value)?.Length ?? text.Length;

    private static int Place(TemplateText text, CallArguments arguments, bool last)
    {
        string part = Only(arguments);
        int at = last ? text.Value.LastIndexOf(part, StringComparison.Ordinal) : text.Value.IndexOf(part, StringComparison.Ordinal);
        return at > 0 && PythonText.CodePointStarts(text.Value) is { } starts ? starts.Count(start => start < at) : at;
    }

    private static int Found(int place) => place >= 0 ? place : throw new TemplateFault("the text that 'index' looks for is not there");

    private static TemplateText Pad(TemplateText text, CallArguments arguments, bool left, bool right)
    {
        arguments.Accept("width", "fillchar");
        int width = arguments.Integer(0, "width", 0);
        char fill = arguments.OptionalText(1, "fillchar")?.Value is [var only] ? only : ' ';
        int missing = Math.Max(0, width - Characters(text));
        int before = left && right ? (missing / 2) + (missing & width & 1) : left ? missing : 0;
        return new TemplateTextBuilder()
            .AppendRepeated(fill, before, TextOrigin.Template)
            .Append(text)
            .AppendRepeated(fill, right ? missing - before : 0, TextOrigin.Template)
            .ToText();
    }

    private static TemplateText FillZeros(TemplateText text, int width)
    {
        int sign = text.Value is ['+' or '-', ..] ? 1 : 0;
        return new TemplateTextBuilder()
            .Append(text, 0, sign)
            .AppendRepeated('0', width - Characters(text), TextOrigin.Template)
            .Append(text, sign, text.Length - sign)
            .ToText();
    }

    private static BooleanValue Is(TemplateText text, CallArguments arguments, Func<Rune, bool> test)
    {
        arguments.Accept();
        return BooleanValue.Of(text.Length > 0 && text.Value.EnumerateRunes().All(test));
    }

    private static bool HasCase(TemplateText text, Func<Rune, bool> test) => text.Value.EnumerateRunes().Any(test);
}
