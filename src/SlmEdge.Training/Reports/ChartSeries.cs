namespace SlmEdge.Training.Reports;

/// <summary>A curve of a chart.</summary>
/// <param name="Style">CSS class.</param>
/// <param name="Points">Step and value, by rising step.</param>
internal sealed record ChartSeries(string Style, IReadOnlyList<(long Step, double Value)> Points);
