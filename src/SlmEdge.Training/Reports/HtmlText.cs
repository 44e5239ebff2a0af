using System.Globalization;
using System.Net;

namespace SlmEdge.Training.Reports;

/// <summary>Values as they stand in the report: escaped, in the invariant culture, with units.</summary>
internal static class HtmlText
{
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    public static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>Coordinates of SVG elements: two decimals are a hundredth of a pixel.</summary>
    public static string Pixel(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Percent(double share, int decimals = 1) => (100 * share).ToString("F" + decimals, CultureInfo.InvariantCulture) + "\u2009%";

    public static string Kl(double? value) => value switch
    {
        null => "–",
        0 => "0",
        < 1e-3 => value.Value.ToString("0.0e+0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.0000", CultureInfo.InvariantCulture),
    };

    public static string Bytes(long bytes) => bytes switch
    {
        0 => "–",
        < 1 << 10 => $"{bytes} B",
        < 1 << 20 => Number(bytes / 1024.0, "0.0") + " KiB",
        < 1 << 30 => Number(bytes / 1048576.0, "0.00") + " MiB",
        _ => Number(bytes / 1073741824.0, "0.00") + " GiB",
    };

    public static string Rate(double perSecond) => perSecond switch
    {
        >= 100 => Number(perSecond, "N0"),
        >= 10 => Number(perSecond, "0"),
        _ => Number(perSecond, "0.0"),
    };
}
