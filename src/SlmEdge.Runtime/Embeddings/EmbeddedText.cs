namespace SlmEdge.Runtime.Embeddings;

/// <summary>A text and its vector.</summary>
/// <param name="Text">The text as it was given.</param>
/// <param name="Vector">Its numbers, <see cref="Embedder.Dimensions"/> of them.</param>
/// <param name="Tokens">How many tokens were read, with those around the text.</param>
/// <param name="IsTruncated">Whether the text was cut at its end to fit the context.</param>
public sealed record EmbeddedText(string Text, ReadOnlyMemory<float> Vector, int Tokens, bool IsTruncated);
