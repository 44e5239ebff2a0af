namespace SlmEdge.Tasks.Constraints;

/// <summary>The bytes that a token stands for; none for a token that is not text.</summary>
/// <param name="token">The token.</param>
public delegate ReadOnlySpan<byte> TokenBytes(int token);
