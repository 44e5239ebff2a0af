namespace SlmEdge.Benchmarks.CommandLine;

/// <summary>A benchmark cannot run as asked; the message says what is missing.</summary>
internal sealed class BenchmarkException(string message) : Exception(message);
