using System.Globalization;
using System.Text;

namespace SlmEdge.Worker.Metrics;

/// <summary>Writes metrics in Prometheus' text format, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/).</summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder text = new();

    public override string ToString() => text.ToString();

    public void Gauge(string name, string help, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        Head(name, help, "gauge");
        Sample(name, value, labels);
    }

    /// <summary>A gauge for each value of a label; nothing where there are none.</summary>
    public void Gauges(string name, string help, string label, IEnumerable<(string Label, double Value)> values)
    {
        Head(name, help, "gauge");
        foreach (var (value, number) in values)
        {
            Sample(name, number, (label, value));
        }
    }

    public void Counter(string name, string help, double value)
    {
        Head(name, help, "counter");
        Sample(name, value);
    }

    public void Counters(string name, string help, string label, IEnumerable<KeyValuePair<string, long>> values)
    {
        Head(name, help, "counter");
        foreach (var (value, count) in values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Sample(name, count, (label, value));
        }
    }

    public void Histogram(string name, string help, Histogram histogram)
    {
        Head(name, help, "histogram");
        var count = 0L;
        for (var i = 0; i < histogram.Bounds.Count; i++)
        {
            count += histogram[i];
            Sample(name + "_bucket", count, ("le", Number(histogram.Bounds[i])));
        }

        count += histogram[histogram.Bounds.Count];
        Sample(name + "_bucket", count, ("le", "+Inf"));
        Sample(name + "_sum", histogram.Sum);
        Sample(name + "_count", count);
    }

    private void Head(string name, string help, string type) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
            .Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        text.Append(name);
        var separator = '{';
        foreach (var (label, content) in labels)
        {
            text.Append(separator).Append(label).Append("=\"")
                .Append(content.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal))
                .Append('"');
            separator = ',';
        }

        text.Append(labels.Length > 0 ? "} " : " ").Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
