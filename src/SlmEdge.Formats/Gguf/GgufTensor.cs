namespace SlmEdge.Formats.Gguf;

/// <summary>One tensor of a GGUF file.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The element type.</param>
/// <param name="Dimensions">The dimensions in ggml's order: the first (ne[0]) is the contiguous one.</param>
/// <param name="Offset">The byte offset in the file (not in the data section).</param>
/// <param name="ByteLength">The length in bytes.</param>
public sealed record GgufTensor(string Name, GgmlType Type, IReadOnlyList<long> Dimensions, long Offset, long ByteLength);
