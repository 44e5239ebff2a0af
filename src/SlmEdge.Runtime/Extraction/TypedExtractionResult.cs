namespace SlmEdge.Runtime.Extraction;

/// <summary>A value of a C# type that was extracted from a text.</summary>
/// <typeparam name="T">The type.</typeparam>
/// <param name="Value">The value.</param>
/// <param name="Source">The document that it was read from.</param>
public sealed record TypedExtractionResult<T>(T Value, ExtractionResult Source);
