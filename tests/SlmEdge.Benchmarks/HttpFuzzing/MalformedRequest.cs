namespace SlmEdge.Benchmarks.HttpFuzzing;

/// <summary>Bytes to send to a service.</summary>
/// <param name="Kind">What is wrong with them.</param>
/// <param name="Parts">The bytes, in pieces that are sent one after the other.</param>
/// <param name="End">What the client does behind the last.</param>
internal sealed record MalformedRequest(string Kind, IReadOnlyList<byte[]> Parts, RequestEnd End);
