using System.Globalization;

namespace SlmEdge.ExportTool.Display;

/// <summary>Figures as the tables show them.</summary>
internal static class Figures
{
    public static string Percent(double share) => (100 * share).ToString("F2", CultureInfo.InvariantCulture);

    public static string Kl(double? value) => value switch
    {
        null => "",
        0 => "0",
        < 1e-3 => value.Value.ToString("0.0e+0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.0000", CultureInfo.InvariantCulture),
    };

    public static string Count(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";

    public static string Bytes(long bytes) => bytes < 1 << 20
        ? (bytes / 1024.0).ToString("F1", CultureInfo.InvariantCulture) + " KiB"
        : (bytes / 1048576.0).ToString("F2", CultureInfo.InvariantCulture) + " MiB";

    public static string Rate(double value) => value.ToString(value < 10 ? "F1" : "N0", CultureInfo.InvariantCulture);
}
