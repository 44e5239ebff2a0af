using System.Globalization;
using System.Text;

namespace SlmEdge.Tasks.Templates.Builtins;

/// <summary>Python's <c>strftime</c> in the C locale, for the directives that dates in prompts use.</summary>
internal static class DateFormat
{
    public static string Apply(string format, DateTime date)
    {
        var text = new StringBuilder();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            char directive = format[++i];
            bool plain = directive == '-' && i + 1 < format.Length;
            directive = plain ? format[++i] : directive;
            string value = Value(directive, date);
            text.Append(plain ? value.TrimStart('0') is { Length: > 0 } digits ? digits : "0" : value);
        }

        return text.ToString();
    }

    private static string Value(char directive, DateTime date) => directive switch
    {
        'Y' => date.In("yyyy"),
        'y' => date.In("yy"),
        'm' => date.In("MM"),
        'd' => date.In("dd"),
        'b' or 'h' => date.In("MMM"),
        'B' => date.In("MMMM"),
        'a' => date.In("ddd"),
        'A' => date.In("dddd"),
        'H' => date.In("HH"),
        'I' => date.In("hh"),
        'M' => date.In("mm"),
        'S' => date.In("ss"),
        'p' => date.Hour < 12 ? "AM" : "PM",
        'j' => date.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'F' => date.In("yyyy-MM-dd"),
        'T' => date.In("HH:mm:ss"),
        'D' => date.In("MM/dd/yy"),
        'e' => date.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        '%' => "%",
        _ => throw new TemplateFault($"strftime_now does not know '%{directive}'"),
    };

    private static string In(this DateTime date, string format) => date.ToString(format, CultureInfo.InvariantCulture);
}
