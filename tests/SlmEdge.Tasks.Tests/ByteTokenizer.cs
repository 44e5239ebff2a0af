using System.Text;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Tasks.Tests;

/// <summary>
/// A byte-level tokenizer with a few words as tokens of their own (longest match first). The real tokenizer lives in a library that
/// depends on this one; what is tested here is how segments and codes are put together, for which any reversible tokenizer serves.
/// </summary>
internal sealed class ByteTokenizer : ITokenizer
{
    private readonly string[] _words;
    private readonly bool _fold;

    public ByteTokenizer(IEnumerable<string> words, bool addBos = false, bool fold = false)
    {
        _words = [.. words];
        AddBos = addBos;
        _fold = fold;
    }

    public int VocabularySize => 256 + 4 + _words.Length;

    public int? BosTokenId => 256;

    public int EosTokenId => 257;

    public bool AddBos { get; }

    public int[] Encode(string text, bool parseSpecial = false)
    {
        text = _fold ? text.ToLowerInvariant() : text;
        var tokens = new List<int>();
        for (int at = 0; at < text.Length;)
        {
            if (parseSpecial && text.AsSpan(at).StartsWith("<|im_start|>"))
            {
                tokens.Add(258);
                at += "<|im_start|>".Length;
                continue;
            }

            if (parseSpecial && text.AsSpan(at).StartsWith("<|im_end|>"))
            {
                tokens.Add(259);
                at += "<|im_end|>".Length;
                continue;
            }

            int word = Enumerable.Range(0, _words.Length).Where(i => text.AsSpan(at).StartsWith(_words[i])).OrderByDescending(i => _words[i].Length).FirstOrDefault(-1);
            if (word >= 0)
            {
                tokens.Add(260 + word);
                at += _words[word].Length;
                continue;
            }

            int length = char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;
            tokens.AddRange(Encoding.UTF8.GetBytes(text.Substring(at, length)).Select(b => (int)b));
            at += length;
        }

        return [.. tokens];
    }

    public string Decode(ReadOnlySpan<int> tokens)
    {
        var bytes = new List<byte>();
        foreach (int token in tokens)
        {
            bytes.AddRange(token < 256 ? [(byte)token] : token < 260 ? [] : Encoding.UTF8.GetBytes(_words[token - 260]));
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    public string GetTokenText(int id) => Decode([id]);

    public int? FindSingleToken(string text) => Encode(text) is [int only] ? only : null;
}
