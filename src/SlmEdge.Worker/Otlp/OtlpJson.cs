using System.Buffers;
using System.Globalization;
using System.Text.Json;
using SlmEdge.Worker.Metrics;

namespace SlmEdge.Worker.Otlp;

/// <summary>
/// Writes metrics as an ExportMetricsServiceRequest of OTLP 1.x in its JSON form (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding and
/// opentelemetry/proto/metrics/v1/metrics.proto): camel-case names, 64-bit numbers as strings, enumerations as numbers.
/// </summary>
internal static class OtlpJson
{
    // AggregationTemporality: all sums and histograms are since the start.
    private const int Cumulative = 2;

    private const string CounterSuffix = "_total";

    /// <param name="families">The metrics.</param>
    /// <param name="resource">What they are of.</param>
    /// <param name="started">When counting began.</param>
    /// <param name="now">When they were read.</param>
    public static byte[] Write(IEnumerable<MetricFamily> families, IReadOnlyList<(string Name, string Value)> resource, DateTimeOffset started, DateTimeOffset now)
    {
        var buffer = new ArrayBufferWriter<byte>(16_384);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("resourceMetrics");
            json.WriteStartObject();
            json.WriteStartObject("resource");
            WriteAttributes(json, resource);
            json.WriteEndObject();
            json.WriteStartArray("scopeMetrics");
            json.WriteStartObject();
            json.WriteStartObject("scope");
            json.WriteString("name", "SlmEdge.Worker");
            json.WriteEndObject();
            json.WriteStartArray("metrics");
            foreach (var family in families.Where(family => family.Points.Count > 0))
            {
                WriteFamily(json, family, Nanoseconds(started), Nanoseconds(now));
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteFamily(Utf8JsonWriter json, MetricFamily family, string started, string now)
    {
        json.WriteStartObject();

        // Those that turn OTLP into Prometheus' names add the suffix themselves.
        json.WriteString("name", family.Kind == MetricKind.Counter && family.Name.EndsWith(CounterSuffix, StringComparison.Ordinal) ? family.Name[..^CounterSuffix.Length] : family.Name);
        json.WriteString("description", family.Help);
        json.WriteStartObject(family.Kind switch { MetricKind.Gauge => "gauge", MetricKind.Counter => "sum", _ => "histogram" });
        if (family.Kind != MetricKind.Gauge)
        {
            json.WriteNumber("aggregationTemporality", Cumulative);
        }

        if (family.Kind == MetricKind.Counter)
        {
            json.WriteBoolean("isMonotonic", true);
        }

        json.WriteStartArray("dataPoints");
        foreach (var point in family.Points)
        {
            json.WriteStartObject();
            WriteAttributes(json, point.Labels);
            if (family.Kind != MetricKind.Gauge)
            {
                json.WriteString("startTimeUnixNano", started);
            }

            json.WriteString("timeUnixNano", now);
            if (point.Histogram is { } histogram)
            {
                WriteHistogram(json, histogram);
            }
            else
            {
                json.WriteNumber("asDouble", point.Value);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteHistogram(Utf8JsonWriter json, Histogram histogram)
    {
        var buckets = new long[histogram.Bounds.Count + 1];
        for (var i = 0; i < buckets.Length; i++)
        {
            buckets[i] = histogram[i];
        }

        // The count is that of the buckets, also while another thread adds.
        json.WriteString("count", buckets.Sum().ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("sum", histogram.Sum);
        json.WriteStartArray("bucketCounts");
        foreach (var bucket in buckets)
        {
            json.WriteStringValue(bucket.ToString(CultureInfo.InvariantCulture));
        }

        json.WriteEndArray();
        json.WriteStartArray("explicitBounds");
        foreach (var bound in histogram.Bounds)
        {
            json.WriteNumberValue(bound);
        }

        json.WriteEndArray();
    }

    private static void WriteAttributes(Utf8JsonWriter json, IReadOnlyList<(string Name, string Value)> attributes)
    {
        json.WriteStartArray("attributes");
        foreach (var (name, value) in attributes)
        {
            json.WriteStartObject();
            json.WriteString("key", name);
            json.WriteStartObject("value");
            json.WriteString("stringValue", value);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Nanoseconds(DateTimeOffset time) => ((time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100).ToString(CultureInfo.InvariantCulture);
}
