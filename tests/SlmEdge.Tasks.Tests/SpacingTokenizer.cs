using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Tasks.Tests;

/// <summary>Puts a space before everything it encodes, as SentencePiece tokenizers do.</summary>
internal sealed class SpacingTokenizer : ITokenizer
{
    private readonly ByteTokenizer _inner = new([" pump", " A", " B"]);

    public int VocabularySize => _inner.VocabularySize;

    public int? BosTokenId => _inner.BosTokenId;

    public int EosTokenId => _inner.EosTokenId;

    public bool AddBos => true;

    public int[] Encode(string text, bool parseSpecial = false) => _inner.Encode(" " + text, parseSpecial);

    public string Decode(ReadOnlySpan<int> tokens) => _inner.Decode(tokens);

    public string GetTokenText(int id) => _inner.GetTokenText(id);

    public int? FindSingleToken(string text) => Encode(text) is [int only] ? only : null;
}
