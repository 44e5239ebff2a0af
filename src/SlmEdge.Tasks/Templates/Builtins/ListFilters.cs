using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>Filters over lists and mappings as a whole.</summary>
internal static class ListFilters
{
    public static void Register(Dictionary<string, FilterTable.Filter> table)
    {
        table["length"] = table["count"] = (value, _, _) =>
            new IntegerValue(Access.Length(value) ?? throw new TemplateFault($"a {value.TypeName} has no length"));
        table["list"] = (value, _, budget) => new ListValue(Access.Iterate(value, budget), Origin(value));
        table["first"] = (value, _, budget) => Access.Iterate(value, budget) is [var first, ..] ? first : new UndefinedValue("the first element of an empty list");
        table["last"] = (value, _, budget) => Access.Iterate(value, budget) is [.., var last] ? last : new UndefinedValue("the last element of an empty list");
        table["reverse"] = (value, _, budget) => value is TextValue
            ? Access.Slice(value, null, null, -1, budget)
            : new ListValue([.. Access.Iterate(value, budget).Reverse()], Origin(value));
        table["join"] = Join;
        table["items"] = (value, arguments, _) => value switch
        {
            DictionaryValue dictionary => DictionaryMethods.Items(dictionary, arguments),
            UndefinedValue => new ListValue([]),
            _ => throw new TemplateFault($"a {value.TypeName} has no items"),
        };
        table["dictsort"] = SortDictionary;
        table["sort"] = (value, arguments, budget) =>
        {
            arguments.Accept("reverse", "case_sensitive", "attribute");
            Func<TemplateValue, TemplateValue> key = Key(arguments.Find(2, "attribute"), arguments.Flag(1, "case_sensitive"), budget);
            return new ListValue(Ordered(Access.Iterate(value, budget), key, arguments.Flag(0, "reverse"), budget), Origin(value));
        };
        table["unique"] = (value, arguments, budget) =>
        {
            arguments.Accept("case_sensitive", "attribute");
            Func<TemplateValue, TemplateValue> key = Key(arguments.Find(1, "attribute"), arguments.Flag(0, "case_sensitive"), budget);
            return new ListValue([.. Grouped(Access.Iterate(value, budget), key, budget).Select(group => group.Members[0])], Origin(value));
        };
        table["groupby"] = GroupBy;
        table["min"] = (value, arguments, budget) => Extreme(value, arguments, budget, -1);
        table["max"] = (value, arguments, budget) => Extreme(value, arguments, budget, 1);
        table["sum"] = (value, arguments, budget) =>
        {
            arguments.Accept("attribute", "start");
            Func<TemplateValue, TemplateValue> part = AttributePath.Getter(arguments.Find(0, "attribute"), null, budget);
            return Access.Iterate(value, budget).Aggregate(arguments.Find(1, "start") ?? new IntegerValue(0), (sum, item) => Arithmetic.Apply("+", sum, part(item), budget));
        };
        table["batch"] = (value, arguments, budget) =>
        {
            int size = arguments.Accept("linecount", "fill_with").Integer(0, "linecount", 0);
            return size < 1
                ? throw new TemplateFault("batch needs a size of at least 1")
                : new ListValue([.. Access.Iterate(value, budget).Chunk(size).Select(part => new ListValue(Filled(part, size, arguments.Find(1, "fill_with"))))]);
        };
        table["slice"] = SliceInto;
    }

    private static TextOrigin Origin(TemplateValue value) => value switch
    {
        ListValue list => list.Origin,
        DictionaryValue dictionary => dictionary.Origin,
        _ => TextOrigin.Template,
    };

    private static TextValue Join(TemplateValue value, CallArguments arguments, RenderBudget budget)
    {
        arguments.Accept("d", "attribute");
        TemplateText separator = arguments.Find(0, "d") is { } d ? Printing.ToText(d, budget) : TemplateText.Empty;
        Func<TemplateValue, TemplateValue> part = AttributePath.Getter(arguments.Find(1, "attribute"), null, budget);
        return new TextValue(TextEditing.Join(Access.Iterate(value, budget).Select(item => Printing.ToText(part(item), budget)), separator, budget));
    }

    private static ListValue SortDictionary(TemplateValue value, CallArguments arguments, RenderBudget budget)
    {
        arguments.Accept("case_sensitive", "by", "reverse");
        if (value is not DictionaryValue dictionary)
        {
            throw new TemplateFault($"dictsort sorts a mapping, not {value.TypeName}");
        }

        int place = (arguments.OptionalText(1, "by")?.Value ?? "key") switch
        {
            "key" => 0,
            "value" => 1,
            var other => throw new TemplateFault($"dictsort sorts by 'key' or 'value', not by '{other}'"),
        };
        Func<TemplateValue, TemplateValue> key = Key(new IntegerValue(place), arguments.Flag(0, "case_sensitive"), budget);
        return new ListValue(Ordered(DictionaryMethods.Items(dictionary, CallArguments.None("items")).Items, key, arguments.Flag(2, "reverse"), budget), dictionary.Origin);
    }

    private static ListValue GroupBy(TemplateValue value, CallArguments arguments, RenderBudget budget)
    {
        arguments.Accept("attribute", "default", "case_sensitive");
        bool sensitive = arguments.Flag(2, "case_sensitive");
        Func<TemplateValue, TemplateValue> part = AttributePath.Getter(arguments.Require(0, "attribute"), arguments.Find(1, "default"), budget);
        TemplateValue Folded(TemplateValue item) => Fold(part(item), sensitive, budget);
        IReadOnlyList<TemplateValue> sorted = Ordered(Access.Iterate(value, budget), Folded, reverse: false, budget);
        return new ListValue([.. Grouped(sorted, Folded, budget).Select(group => new ListValue(
            [part(group.Members[0]), new ListValue(group.Members)], TextOrigin.Template, tuple: true))]);
    }

    private static TemplateValue Extreme(TemplateValue value, CallArguments arguments, RenderBudget budget, int sign)
    {
        arguments.Accept("case_sensitive", "attribute");
        Func<TemplateValue, TemplateValue> key = Key(arguments.Find(1, "attribute"), arguments.Flag(0, "case_sensitive"), budget);
        TemplateValue? best = null;
        foreach (TemplateValue item in Access.Iterate(value, budget))
        {
            best = best is null || sign * Comparing.Compare(key(item), key(best), budget) > 0 ? item : best;
        }

        return best ?? new UndefinedValue("the extreme of an empty list");
    }

    private static ListValue SliceInto(TemplateValue value, CallArguments arguments, RenderBudget budget)
    {
        int count = arguments.Accept("slices", "fill_with").Integer(0, "slices", 0);
        if (count is < 1 or > TemplateLimits.Elements)
        {
            throw new TemplateFault($"slice makes 1 to {TemplateLimits.Elements} parts");
        }

        IReadOnlyList<TemplateValue> items = Access.Iterate(value, budget);
        TemplateValue? fill = arguments.Find(1, "fill_with");
        (int size, int longer) = Math.DivRem(items.Count, count);
        var parts = new List<TemplateValue>();
        int at = 0;
        for (int i = 0; i < count; i++)
        {
            budget.Charge();
            int length = size + (i < longer ? 1 : 0);
            TemplateValue[] part = [.. items.Skip(at).Take(length)];
            at += length;
            parts.Add(new ListValue(i >= longer && longer > 0 ? Filled(part, size + 1, fill) : part));
        }

        return new ListValue(parts);
    }

    private static TemplateValue[] Filled(TemplateValue[] part, int size, TemplateValue? fill) =>
        fill is null or NoneValue || part.Length >= size ? part
        : size > TemplateLimits.Elements ? throw new TemplateFault($"a part of {size} elements is too long")
        : [.. part, .. Enumerable.Repeat(fill, size - part.Length)];

    private static Func<TemplateValue, TemplateValue> Key(TemplateValue? attribute, bool caseSensitive, RenderBudget budget)
    {
        Func<TemplateValue, TemplateValue> part = AttributePath.Getter(attribute, null, budget);
        return item => Fold(part(item), caseSensitive, budget);
    }

    private static TemplateValue Fold(TemplateValue value, bool caseSensitive, RenderBudget budget) =>
        !caseSensitive && value is TextValue text ? new TextValue(TextEditing.Lower(text.Text, budget)) : value;

    private static TemplateValue[] Ordered(IReadOnlyList<TemplateValue> items, Func<TemplateValue, TemplateValue> key, bool reverse, RenderBudget budget)
    {
        // LINQ's sort is stable like Python's, and a reversed sort keeps equal elements in their order, too.
        var comparer = Comparer<TemplateValue>.Create((a, b) => Comparing.Compare(a, b, budget));
        return reverse ? [.. items.OrderByDescending(key, comparer)] : [.. items.OrderBy(key, comparer)];
    }

    private static List<(TemplateValue Key, List<TemplateValue> Members)> Grouped(
        IReadOnlyList<TemplateValue> items, Func<TemplateValue, TemplateValue> key, RenderBudget budget)
    {
        var groups = new List<(TemplateValue Key, List<TemplateValue> Members)>();
        foreach (TemplateValue item in items)
        {
            TemplateValue own = key(item);
            int at = groups.FindIndex(group => Comparing.Equal(group.Key, own, budget));
            if (at < 0)
            {
                groups.Add((own, [item]));
            }
            else
            {
                groups[at].Members.Add(item);
            }
        }

        return groups;
    }
}
