namespace SlmEdge.Benchmarks.Memory;

/// <summary>What the process of one export prints.</summary>
/// <param name="Seconds">Time of the export, flushing to the disk included.</param>
/// <param name="Written">Bytes of the files.</param>
/// <param name="Peak">Largest resident size, mapped files included.</param>
internal sealed record ExportMeasurement(double Seconds, long Written, long Peak);
