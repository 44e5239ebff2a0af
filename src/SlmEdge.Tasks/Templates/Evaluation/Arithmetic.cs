using SlmEdge.Tasks.Templates.Builtins;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Evaluation;

/// <summary>The binary operators of Python, on the values that templates use them with.</summary>
internal static class Arithmetic
{
    public static TemplateValue Apply(string symbol, TemplateValue left, TemplateValue right, RenderBudget budget)
    {
        if (symbol == "~")
        {
            return new TextValue(new TemplateTextBuilder().Append(Printing.ToText(left, budget)).Append(Printing.ToText(right, budget)).ToText());
        }

        switch (left, right)
        {
            case (UndefinedValue undefined, _):
                throw undefined.Fault();
            case (TextValue text, _) when symbol == "%":
                return new TextValue(PercentFormat.Apply(text.Text, right, budget));
            case (_, UndefinedValue undefined):
                throw undefined.Fault();
            case (TextValue a, TextValue b) when symbol == "+":
                return new TextValue(new TemplateTextBuilder().Append(a.Text).Append(b.Text).ToText());
            case (ListValue a, ListValue b) when symbol == "+" && a.IsTuple == b.IsTuple:
                return new ListValue([.. a.Items, .. b.Items], a.Origin, a.IsTuple);
            case (TextValue or ListValue, IntegerValue or BooleanValue) when symbol == "*":
                return Repeat(left, Comparing.ToInteger(right)!.Value);
            case (IntegerValue or BooleanValue, TextValue or ListValue) when symbol == "*":
                return Repeat(right, Comparing.ToInteger(left)!.Value);
            default:
                break;
        }

        if (!Comparing.IsNumber(left) || !Comparing.IsNumber(right))
        {
            throw new TemplateFault($"'{symbol}' does not go between {left.TypeName} and {right.TypeName}");
        }

        try
        {
            return Comparing.ToInteger(left) is { } x && Comparing.ToInteger(right) is { } y
                ? Integers(symbol, x, y)
                : Floats(symbol, Comparing.ToDouble(left), Comparing.ToDouble(right));
        }
        catch (OverflowException)
        {
            throw new TemplateFault($"the result of '{symbol}' has more than 64 bits");
        }
    }

    private static TemplateValue Integers(string symbol, long x, long y)
    {
        switch (symbol)
        {
            case "+":
                return new IntegerValue(checked(x + y));
            case "-":
                return new IntegerValue(checked(x - y));
            case "*":
                return new IntegerValue(checked(x * y));
            case "**" when y >= 0:
                return new IntegerValue(Power(x, y));
            case "**":
                return Floats(symbol, x, y);
            default:
                break;
        }

        if (y == 0)
        {
            throw new TemplateFault("division by zero");
        }

        // Python rounds towards minus infinity, and the remainder has the sign of the divisor.
        long quotient = y == -1 ? checked(-x) : x / y;
        long remainder = y == -1 ? 0 : x % y;
        bool correct = remainder != 0 && remainder < 0 != y < 0;
        return symbol switch
        {
            "/" => new FloatValue((double)x / y),
            "//" => new IntegerValue(correct ? quotient - 1 : quotient),
            _ => new IntegerValue(correct ? remainder + y : remainder),
        };
    }

    private static long Power(long x, long y)
    {
        if (x is 0 or 1 || y == 0)
        {
            return y == 0 ? 1 : x;
        }

        if (x == -1)
        {
            return y % 2 == 0 ? 1 : -1;
        }

        long result = 1;
        for (long i = 0; i < y; i++)
        {
            result = checked(result * x);
        }

        return result;
    }

    private static FloatValue Floats(string symbol, double x, double y)
    {
        switch (symbol)
        {
            case "+":
                return new FloatValue(x + y);
            case "-":
                return new FloatValue(x - y);
            case "*":
                return new FloatValue(x * y);
            case "**":
                double power = Math.Pow(x, y);
                return double.IsFinite(power) ? new FloatValue(power) : throw new TemplateFault($"{x} ** {y} is not a finite real number");
            default:
                break;
        }

        if (y == 0)
        {
            throw new TemplateFault("division by zero");
        }

        double remainder = x % y;
        remainder = remainder != 0 && remainder < 0 != y < 0 ? remainder + y : remainder;
        return new FloatValue(symbol switch
        {
            "/" => x / y,
            "//" => Math.Floor((x - remainder) / y + 0.5),
            _ => remainder,
        });
    }

    private static TemplateValue Repeat(TemplateValue value, long count)
    {
        long times = Math.Max(0, count);
        if (value is ListValue list)
        {
            return list.Items.Count * (double)times <= TemplateLimits.Elements
                ? new ListValue([.. Enumerable.Repeat(list.Items, (int)times).SelectMany(items => items)], list.Origin, list.IsTuple)
                : throw new TemplateFault($"a list of {list.Items.Count} elements repeated {times} times is too long");
        }

        TemplateText text = ((TextValue)value).Text;
        if (text.Length * (double)times > TemplateLimits.Text)
        {
            throw new TemplateFault($"a text of {text.Length} characters repeated {times} times is too long");
        }

        var builder = new TemplateTextBuilder();
        for (long i = 0; i < times && text.Length > 0; i++)
        {
            builder.Append(text);
        }

        return new TextValue(builder.ToText());
    }
}
