namespace SlmEdge.Tasks.Tokenization;

/// <summary>Text to token ids and back, for one vocabulary. Implementations are safe to use from several threads at once.</summary>
public interface ITokenizer
{
    /// <summary>Number of token ids; ids are 0 to <c>VocabularySize - 1</c>.</summary>
    int VocabularySize { get; }

    /// <summary>The beginning-of-sequence token, if the vocabulary has one.</summary>
    int? BosTokenId { get; }

    /// <summary>The end-of-sequence token.</summary>
    int EosTokenId { get; }

    /// <summary>Whether the model was trained with <see cref="BosTokenId"/> in front of every sequence.</summary>
    bool AddBos { get; }

    /// <summary>Encodes text. Neither the beginning- nor the end-of-sequence token is added.</summary>
    /// <param name="text">Any text; empty gives no tokens.</param>
    /// <param name="parseSpecial">
    /// Whether the text of control tokens (such as <c>&lt;|im_start|&gt;</c>) becomes those tokens. Never <see langword="true"/> for text of users.
    /// </param>
    int[] Encode(string text, bool parseSpecial = false);

    /// <summary>Decodes tokens to text; bytes that are not UTF-8 become U+FFFD.</summary>
    string Decode(ReadOnlySpan<int> tokens);

    /// <summary>The decoded text of one token (a leading space included).</summary>
    string GetTokenText(int id);

    /// <summary>The token that <paramref name="text"/> encodes to when that is exactly one, otherwise <see langword="null"/>.</summary>
    int? FindSingleToken(string text);
}
