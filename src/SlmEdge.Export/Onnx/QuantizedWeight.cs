using SlmEdge.Formats.Onnx.Quantization;

namespace SlmEdge.Export.Onnx;

/// <summary>The constants of a quantised weight <c>[rows, columns]</c> in a graph.</summary>
/// <param name="Levels">Name of <c>[rows, blocks, bytes]</c>.</param>
/// <param name="Scales">Name of <c>[rows, blocks]</c>.</param>
/// <param name="ZeroPoints">Name of the packed zero points, or null when symmetric.</param>
/// <param name="Rows">Output features.</param>
/// <param name="Columns">Input features.</param>
/// <param name="Options">How it was quantised.</param>
internal sealed record QuantizedWeight(string Levels, string Scales, string? ZeroPoints, int Rows, int Columns, BlockQuantization Options);
