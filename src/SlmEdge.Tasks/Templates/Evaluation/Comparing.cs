using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Evaluation;

/// <summary>Equality, order and membership as in Python.</summary>
internal static class Comparing
{
    public static bool Equal(TemplateValue left, TemplateValue right, RenderBudget budget)
    {
        budget.Charge();
        switch (left, right)
        {
            case (TextValue a, TextValue b):
                budget.Charge(a.Text.Length);
                return a.Value == b.Value;
            case (UndefinedValue, UndefinedValue):
                return true;
            case (ListValue a, ListValue b):
                return a.IsTuple == b.IsTuple && a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => Equal(pair.First, pair.Second, budget));
            case (DictionaryValue a, DictionaryValue b):
                return a.Entries.Count == b.Entries.Count && a.Entries.All(entry => b.Find(entry.Key) is { } other && Equal(entry.Value, other, budget));
            default:
                return IsNumber(left) && IsNumber(right) ? CompareNumbers(left, right) == 0 : ReferenceEquals(left, right);
        }
    }

    /// <summary>Negative, zero or positive.</summary>
    /// <exception cref="TemplateFault">The values have no order.</exception>
    public static int Compare(TemplateValue left, TemplateValue right, RenderBudget budget)
    {
        budget.Charge();
        switch (left, right)
        {
            case (UndefinedValue a, _):
                throw a.Fault();
            case (_, UndefinedValue b):
                throw b.Fault();
            case (TextValue a, TextValue b):
                budget.Charge(Math.Min(a.Text.Length, b.Text.Length));
                return CompareCodePoints(a.Value, b.Value);
            case (ListValue a, ListValue b) when a.IsTuple == b.IsTuple:
                for (int i = 0; i < Math.Min(a.Items.Count, b.Items.Count); i++)
                {
                    if (!Equal(a.Items[i], b.Items[i], budget))
                    {
                        return Compare(a.Items[i], b.Items[i], budget);
                    }
                }

                return a.Items.Count.CompareTo(b.Items.Count);
            default:
                return IsNumber(left) && IsNumber(right)
                    ? CompareNumbers(left, right) ?? 1
                    : throw new TemplateFault($"{left.TypeName} and {right.TypeName} have no order");
        }
    }

    public static bool Contains(TemplateValue container, TemplateValue item, RenderBudget budget)
    {
        switch (container)
        {
            case TextValue text:
                budget.Charge(text.Text.Length);
                return item is TextValue part
                    ? text.Value.Contains(part.Value, StringComparison.Ordinal)
                    : throw new TemplateFault($"'in' looks for a string in a string, not for a {item.TypeName}");
            case ListValue list:
                return list.Items.Any(element => Equal(element, item, budget));
            case DictionaryValue dictionary:
                return dictionary.Find(item) is not null;
            case UndefinedValue:
                return false;
            default:
                throw new TemplateFault($"a {container.TypeName} cannot be searched with 'in'");
        }
    }

    public static bool IsNumber(TemplateValue value) => value is IntegerValue or FloatValue or BooleanValue;

    public static double ToDouble(TemplateValue number) => number switch
    {
        FloatValue value => value.Value,
        IntegerValue value => value.Value,
        BooleanValue value => value.Value ? 1 : 0,
        _ => throw new TemplateFault($"a {number.TypeName} is not a number"),
    };

    public static long? ToInteger(TemplateValue number) => number switch
    {
        IntegerValue value => value.Value,
        BooleanValue value => value.Value ? 1 : 0,
        _ => null,
    };

    private static int? CompareNumbers(TemplateValue left, TemplateValue right)
    {
        if (ToInteger(left) is { } a && ToInteger(right) is { } b)
        {
            return a.CompareTo(b);
        }

        (double x, double y) = (ToDouble(left), ToDouble(right));
        return double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y);
    }

    /// <summary>Python orders by code point; UTF-16 would put U+10000 before U+FFFF.</summary>
    private static int CompareCodePoints(string left, string right)
    {
        int length = Math.Min(left.Length, right.Length);
        for (int i = 0; i < length; i++)
        {
            (char a, char b) = (left[i], right[i]);
            if (a != b)
            {
                return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
            }
        }

        return left.Length.CompareTo(right.Length);
    }
}
