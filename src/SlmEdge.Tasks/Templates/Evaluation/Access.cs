using SlmEdge.Tasks.Templates.Builtins;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Evaluation;

/// <summary>Attributes, elements, slices and iteration.</summary>
internal static class Access
{
    /// <summary><c>target.name</c>: a method or attribute first, then an element of a mapping.</summary>
    public static TemplateValue Attribute(TemplateValue target, string name, RenderBudget budget) =>
        OwnAttribute(target, name, budget)
        ?? (target as DictionaryValue)?.Find(name)
        ?? Missing(target, $"'{name}'");

    /// <summary><c>target[index]</c>: an element first, then an attribute.</summary>
    public static TemplateValue Item(TemplateValue target, TemplateValue index, RenderBudget budget)
    {
        switch (target)
        {
            case DictionaryValue dictionary when dictionary.Find(index) is { } value:
                return value;
            case ListValue list when Comparing.ToInteger(index) is { } at:
                at += at < 0 ? list.Items.Count : 0;
                return at >= 0 && at < list.Items.Count ? list.Items[(int)at] : new UndefinedValue($"the list has no element {at}, so it");
            case TextValue text when Comparing.ToInteger(index) is { } at:
                return CharacterAt(text, at, budget);
            default:
                return index is TextValue name && OwnAttribute(target, name.Value, budget) is { } attribute
                    ? attribute
                    : Missing(target, index is TextValue missing ? $"'{missing.Value}'" : $"an element of type {index.TypeName}");
        }
    }

    public static TemplateValue Slice(TemplateValue target, long? start, long? stop, long? step, RenderBudget budget)
    {
        if (target is UndefinedValue undefined)
        {
            throw undefined.Fault();
        }

        int[]? places = target is TextValue source ? PythonText.CodePointStarts(source.Value) : null;
        int count = target switch
        {
            ListValue list => list.Items.Count,
            TextValue text => places?.Length ?? text.Text.Length,
            _ => throw new TemplateFault($"a {target.TypeName} cannot be sliced"),
        };
        budget.Charge(count);
        IReadOnlyList<int> chosen = Slicing.Indices(count, start, stop, step);
        if (target is ListValue items)
        {
            return new ListValue([.. chosen.Select(i => items.Items[i])], items.Origin, items.IsTuple);
        }

        TemplateText content = ((TextValue)target).Text;
        if (step is null or 1)
        {
            int Offset(int i) => places is null ? i : i < places.Length ? places[i] : content.Length;
            return new TextValue(chosen.Count == 0 ? TemplateText.Empty : content.Substring(Offset(chosen[0]), Offset(chosen[^1] + 1) - Offset(chosen[0])));
        }

        var builder = new TemplateTextBuilder();
        foreach (int i in chosen)
        {
            int from = places?[i] ?? i;
            int to = places is null ? i + 1 : i + 1 < places.Length ? places[i + 1] : content.Length;
            builder.Append(content, from, to - from);
        }

        return new TextValue(builder.ToText());
    }

    /// <summary>What a loop runs over.</summary>
    /// <exception cref="TemplateFault">The value cannot be iterated.</exception>
    public static IReadOnlyList<TemplateValue> Iterate(TemplateValue value, RenderBudget budget)
    {
        switch (value)
        {
            case ListValue list:
                budget.Charge(list.Items.Count);
                return list.Items;
            case DictionaryValue dictionary:
                budget.Charge(dictionary.Entries.Count);
                return [.. dictionary.Entries.Select(entry => entry.Key)];
            case TextValue text:
                budget.Charge(32L * text.Text.Length);
                return new ListValue([.. Enumerable.Range(0, Length(text)!.Value).Select(i => CharacterAt(text, i, budget))]).Items;
            case UndefinedValue:
                return [];
            default:
                throw new TemplateFault($"a {value.TypeName} cannot be iterated");
        }
    }

    /// <summary>Number of elements or code points; null where there is none.</summary>
    public static int? Length(TemplateValue value) => value switch
    {
        ListValue list => list.Items.Count,
        DictionaryValue dictionary => dictionary.Entries.Count,
        TextValue text => PythonText.CodePointStarts(text.Value)?.Length ?? text.Text.Length,
        UndefinedValue => 0,
        _ => null,
    };

    private static TemplateValue? OwnAttribute(TemplateValue target, string name, RenderBudget budget) => target switch
    {
        NamespaceValue space => space.Attributes.GetValueOrDefault(name),
        LoopValue loop => loop.Attribute(name, budget),
        TextValue text => TextMethods.Find(text.Text, name, budget),
        DictionaryValue dictionary => DictionaryMethods.Find(dictionary, name),
        ListValue list => ListMethods.Find(list, name, budget),
        UndefinedValue undefined => throw undefined.Fault(),
        _ => null,
    };

    private static TemplateValue CharacterAt(TextValue text, long at, RenderBudget budget)
    {
        int[]? places = PythonText.CodePointStarts(text.Value);
        budget.Charge(places?.Length ?? 0);
        int count = places?.Length ?? text.Text.Length;
        at += at < 0 ? count : 0;
        if (at < 0 || at >= count)
        {
            return new UndefinedValue($"the string has no character {at}, so it");
        }

        int from = places?[at] ?? (int)at;
        int to = places is null ? from + 1 : at + 1 < count ? places[at + 1] : text.Text.Length;
        return new TextValue(text.Text.Substring(from, to - from));
    }

    private static UndefinedValue Missing(TemplateValue target, string what) =>
        target is UndefinedValue undefined ? throw undefined.Fault() : new UndefinedValue($"the {target.TypeName} has no {what}, so it");
}
