namespace SlmEdge.Tasks.Constraints;

/// <summary>The tokens of a vocabulary that stand for text, by their bytes. Made once for a model; safe for several threads.</summary>
public sealed class VocabularyTrie
{
    private readonly byte[] _bytes;
    private readonly int[] _offsets;
    private readonly byte[]?[] _plain = new byte[]?[PlainText.MaxCharacters + 1];

    /// <summary>Sorts the tokens.</summary>
    /// <param name="vocabularySize">Tokens are 0 to this less one.</param>
    /// <param name="tokenBytes">The bytes of each; none for control tokens and whatever else must not be written.</param>
    /// <exception cref="ArgumentOutOfRangeException">The vocabulary is empty.</exception>
    public VocabularyTrie(int vocabularySize, TokenBytes tokenBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabularySize);
        ArgumentNullException.ThrowIfNull(tokenBytes);
        VocabularySize = vocabularySize;
        var words = new List<(byte[] Bytes, int Token)>();
        var rest = new List<(byte[] Bytes, int Token)>();
        var joined = new List<byte>();
        _offsets = new int[vocabularySize + 1];
        for (int token = 0; token < vocabularySize; token++)
        {
            ReadOnlySpan<byte> bytes = tokenBytes(token);

            // Longer ones hold nothing that shorter ones could not write, and the depth fits a byte.
            if (bytes.Length is > 0 and < 255)
            {
                (byte[], int) word = (bytes.ToArray(), token);
                words.Add(word);
                joined.AddRange(bytes);
                MaxTokenBytes = Math.Max(MaxTokenBytes, bytes.Length);
                int characters = PlainText.Count(bytes);
                if (characters == 0)
                {
                    rest.Add(word);
                }
                else
                {
                    byte[] set = _plain[characters] ??= new byte[(vocabularySize + 7) / 8];
                    set[token >> 3] |= (byte)(1 << (token & 7));
                    MaxPlainCharacters = Math.Max(MaxPlainCharacters, characters);
                }
            }

            _offsets[token + 1] = joined.Count;
        }

        _bytes = [.. joined];
        words.Sort(Compare);
        rest.Sort(Compare);
        All = new TokenTrie(words);
        NotPlain = new TokenTrie(rest);

        static int Compare((byte[] Bytes, int Token) x, (byte[] Bytes, int Token) y) =>
            x.Bytes.AsSpan().SequenceCompareTo(y.Bytes) is var order and not 0 ? order : x.Token.CompareTo(y.Token);
    }

    /// <summary>Number of tokens, those that are no text included.</summary>
    public int VocabularySize { get; }

    /// <summary>Bytes of the longest token.</summary>
    public int MaxTokenBytes { get; }

    /// <summary>All tokens that stand for text.</summary>
    internal TokenTrie All { get; }

    /// <summary>Those that <see cref="Plain"/> does not have.</summary>
    internal TokenTrie NotPlain { get; }

    /// <summary>Characters of the longest token in <see cref="Plain"/>.</summary>
    internal int MaxPlainCharacters { get; }

    /// <summary>The tokens of so many characters of <see cref="PlainText"/>, one bit each; null for none.</summary>
    internal byte[]? Plain(int characters) => _plain[characters];

    /// <summary>What a token stands for; nothing for one that must not be written.</summary>
    internal ReadOnlySpan<byte> BytesOf(int token) =>
        (uint)token < (uint)VocabularySize ? _bytes.AsSpan(_offsets[token], _offsets[token + 1] - _offsets[token]) : [];
}
