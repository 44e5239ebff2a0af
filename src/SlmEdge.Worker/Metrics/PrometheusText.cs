using System.Globalization;
using System.Text;

namespace SlmEdge.Worker.Metrics;

/// <summary>Writes metrics in Prometheus' text format, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).</summary>
internal static class PrometheusText
{
    public static string Write(IEnumerable<MetricFamily> families)
    {
        var text = new StringBuilder(8192);
        foreach (var family in families)
        {
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(family.Help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
                .Append("\n# TYPE ").Append(family.Name).Append(' ').Append(family.Kind switch { MetricKind.Gauge => "gauge", MetricKind.Counter => "counter", _ => "histogram" }).Append('\n');
            foreach (var point in family.Points)
            {
                if (point.Histogram is { } histogram)
                {
                    WriteHistogram(text, family.Name, point.Labels, histogram);
                }
                else
                {
                    Sample(text, family.Name, point.Labels, null, point.Value);
                }
            }
        }

        return text.ToString();
    }

    private static void WriteHistogram(StringBuilder text, string name, IReadOnlyList<(string Name, string Value)> labels, Histogram histogram)
    {
        var count = 0L;
        for (var i = 0; i < histogram.Bounds.Count; i++)
        {
            count += histogram[i];
            Sample(text, name + "_bucket", labels, Number(histogram.Bounds[i]), count);
        }

        count += histogram[histogram.Bounds.Count];
        Sample(text, name + "_bucket", labels, "+Inf", count);
        Sample(text, name + "_sum", labels, null, histogram.Sum);
        Sample(text, name + "_count", labels, null, count);
    }

    private static void Sample(StringBuilder text, string name, IReadOnlyList<(string Name, string Value)> labels, string? bound, double value)
    {
        text.Append(name);
        var separator = '{';
        foreach (var (label, content) in labels)
        {
            Label(text, separator, label, content);
            separator = ',';
        }

        if (bound is not null)
        {
            Label(text, separator, "le", bound);
            separator = ',';
        }

        text.Append(separator == ',' ? "} " : " ").Append(Number(value)).Append('\n');
    }

    private static void Label(StringBuilder text, char separator, string name, string value) => text.Append(separator).Append(name).Append("=\"")
        .Append(value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
        .Append('"');

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
