namespace SlmEdge.Worker.Metrics;

/// <summary>A metric with all its series.</summary>
/// <param name="Name">Its name in Prometheus' text, with <c>_total</c> for counters.</param>
/// <param name="Help">What it is, in a sentence.</param>
/// <param name="Kind">How its values are to be read.</param>
/// <param name="Points">The series; none are left out of what is written.</param>
internal sealed record MetricFamily(string Name, string Help, MetricKind Kind, IReadOnlyList<MetricPoint> Points)
{
    /// <summary>A metric with one series, without labels.</summary>
    public static MetricFamily Gauge(string name, string help, double value) => new(name, help, MetricKind.Gauge, [new MetricPoint([], value)]);

    /// <inheritdoc cref="Gauge"/>
    public static MetricFamily Counter(string name, string help, double value) => new(name, help, MetricKind.Counter, [new MetricPoint([], value)]);

    /// <summary>A metric with a series for each value of one label.</summary>
    public static MetricFamily Gauges(string name, string help, string label, IEnumerable<(string Label, double Value)> values) =>
        new(name, help, MetricKind.Gauge, [.. values.Select(value => new MetricPoint([(label, value.Label)], value.Value))]);
}
