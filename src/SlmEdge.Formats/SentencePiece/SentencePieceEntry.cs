namespace SlmEdge.Formats.SentencePiece;

/// <summary>One entry of a SentencePiece vocabulary; its place in the list is its token id.</summary>
/// <param name="Text">The text, with U+2581 for a space.</param>
/// <param name="Score">The better the score, the earlier a merge (byte pair) or the likelier the piece (unigram).</param>
/// <param name="Type">What it is for.</param>
public readonly record struct SentencePieceEntry(string Text, float Score, SentencePieceType Type);
