using System.Globalization;
using SlmEdge.Tasks.Templates.Evaluation;
using SlmEdge.Tasks.Templates.Values;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>Filters that make or take numbers.</summary>
internal static class NumberFilters
{
    public static void Register(Dictionary<string, FilterTable.Filter> table)
    {
        table["int"] = (value, arguments, _) => ToInteger(value, arguments.Accept("default", "base"));
        table["float"] = (value, arguments, _) => ToFloat(value, arguments.Accept("default"));
        table["abs"] = (value, _, _) => value switch
        {
            IntegerValue { Value: not long.MinValue } number => new IntegerValue(Math.Abs(number.Value)),
            FloatValue number => new FloatValue(Math.Abs(number.Value)),
            BooleanValue flag => new IntegerValue(flag.Value ? 1 : 0),
            _ => throw new TemplateFault($"a {value.TypeName} has no absolute value"),
        };
        table["round"] = (value, arguments, _) => Round(value, arguments.Accept("precision", "method"));
    }

    private static TemplateValue ToInteger(TemplateValue value, CallArguments arguments)
    {
        TemplateValue otherwise = arguments.Find(0, "default") ?? new IntegerValue(0);
        switch (value)
        {
            case UndefinedValue undefined:
                throw undefined.Fault();
            case IntegerValue:
                return value;
            case BooleanValue flag:
                return new IntegerValue(flag.Value ? 1 : 0);
            case FloatValue { Value: var number } when double.IsFinite(number) && Math.Abs(number) < 9e18:
                return new IntegerValue((long)Math.Truncate(number));
            case TextValue text:
                string digits = text.Value.Trim().Replace("_", "", StringComparison.Ordinal);
                int radix = arguments.Integer(1, "base", 10);
                if (radix != 10)
                {
                    if (radix is not (2 or 8 or 16))
                    {
                        throw new TemplateFault($"the base {radix} of int is not supported; use 2, 8, 10 or 16");
                    }

                    digits = digits.Length > 2 && digits[0] == '0' && char.IsAsciiLetter(digits[1]) ? digits[2..] : digits;
                    try
                    {
                        return new IntegerValue(Convert.ToInt64(digits, radix));
                    }
                    catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
                    {
                        return otherwise;
                    }
                }

                return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) ? new IntegerValue(whole)
                    : double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) && double.IsFinite(real) && Math.Abs(real) < 9e18 ? new IntegerValue((long)Math.Truncate(real))
                    : otherwise;
            default:
                return otherwise;
        }
    }

    private static TemplateValue ToFloat(TemplateValue value, CallArguments arguments) => value switch
    {
        UndefinedValue undefined => throw undefined.Fault(),
        FloatValue => value,
        IntegerValue or BooleanValue => new FloatValue(Comparing.ToDouble(value)),
        TextValue text when double.TryParse(text.Value.Trim().Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => new FloatValue(number),
        _ => arguments.Find(0, "default") ?? new FloatValue(0),
    };

    private static TemplateValue Round(TemplateValue value, CallArguments arguments)
    {
        int precision = Math.Clamp(arguments.Integer(0, "precision", 0), -15, 15);
        string method = arguments.OptionalText(1, "method")?.Value ?? "common";
        double number = Comparing.ToDouble(value);
        double scale = Math.Pow(10, precision);
        return method switch
        {
            "common" when Comparing.ToInteger(value) is { } whole => new IntegerValue(precision >= 0 ? whole : (long)(Math.Round(whole * scale, MidpointRounding.ToEven) / scale)),
            "common" => new FloatValue(precision > 0 ? RoundExactly(number, precision) : Math.Round(number * scale, MidpointRounding.ToEven) / scale),
            "ceil" => new FloatValue(Math.Ceiling(number * scale) / scale),
            "floor" => new FloatValue(Math.Floor(number * scale) / scale),
            _ => throw new TemplateFault($"the method '{method}' of round is not common, ceil or floor"),
        };
    }

    /// <summary>Python rounds the exact decimal value of the binary number, halves to even: 2.675 is a little less and becomes 2.67.</summary>
    private static double RoundExactly(double number, int precision)
    {
        // No double has more decimals than these, so nothing is rounded in this text.
        string exact = number.ToString("F1074", CultureInfo.InvariantCulture);
        int end = exact.IndexOf('.') + precision + 1;
        string rest = exact[end..].TrimEnd('0');
        bool tie = rest == "5";
        bool up = tie ? (exact[end - 1] - '0') % 2 == 1 : rest.Length > 0 && rest[0] >= '5';
        double below = double.Parse(exact.AsSpan(0, end), CultureInfo.InvariantCulture);
        return up ? double.Parse(number.ToString("F" + precision, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : below;
    }
}
