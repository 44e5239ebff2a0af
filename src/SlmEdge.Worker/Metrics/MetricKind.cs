namespace SlmEdge.Worker.Metrics;

/// <summary>How a metric's values are to be read.</summary>
internal enum MetricKind
{
    /// <summary>A value that goes up and down.</summary>
    Gauge,

    /// <summary>A value that only grows while the service runs.</summary>
    Counter,

    /// <summary>How values are distributed.</summary>
    Histogram,
}
