namespace SlmEdge.Worker.Metrics;

/// <summary>One series of a metric: its labels, and its value or its histogram.</summary>
internal sealed record MetricPoint(IReadOnlyList<(string Name, string Value)> Labels, double Value, Histogram? Histogram = null);
