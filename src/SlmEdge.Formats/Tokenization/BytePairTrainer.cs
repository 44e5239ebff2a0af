using System.Text;
using System.Text.RegularExpressions;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Tokenization;

/// <summary>
/// Trains a byte-level BPE vocabulary (Sennrich et al. 2016, arXiv 1508.07909, on bytes as in GPT-2): distinct words are counted first, then the most
/// frequent pair is merged again and again, with the pairs' counts kept up to date only in the words that a merge touches. Equal counts are
/// decided by the lower token ids, so the same texts give the same vocabulary in whatever order they were added. Not thread-safe.
/// </summary>
public sealed class BytePairTrainer
{
    private readonly BytePairTrainerOptions _options;
    private readonly Regex _words;
    private readonly PreTokenizerKind _preTokenizer;
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    /// <summary>Creates a trainer without texts.</summary>
    /// <exception cref="ArgumentException">The vocabulary is too small for the special tokens and bytes, a special token is empty or stands twice, or the pre-tokenizer is unknown.</exception>
    public BytePairTrainer(BytePairTrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        int smallest = options.SpecialTokens.Count + 256;
        if (options.VocabularySize < smallest)
        {
            throw new ArgumentException($"A vocabulary of {options.VocabularySize} is too small: {smallest} tokens are needed for the special tokens and the bytes.", nameof(options));
        }

        if (options.SpecialTokens.Any(string.IsNullOrEmpty) || options.SpecialTokens.Distinct(StringComparer.Ordinal).Count() != options.SpecialTokens.Count)
        {
            throw new ArgumentException("A special token is empty or stands twice.", nameof(options));
        }

        _options = options;
        (_words, _preTokenizer) = WordSplitter.ForName(options.PreTokenizer);
        _lookup = _counts.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The number of distinct words counted so far.</summary>
    public int DistinctWords => _counts.Count;

    /// <summary>Counts the words of one document. Special tokens in it are not recognised: they count as text.</summary>
    public void Add(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (ValueMatch match in _words.EnumerateMatches(text))
        {
            ReadOnlySpan<char> word = text.AsSpan(match.Index, match.Length);
            ref long count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_lookup, word, out _);
            count++;
        }
    }

    /// <summary>Learns the merges.</summary>
    /// <param name="progress">Receives the share of the merges that are done, 0 to 1; or null.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <returns>The tokenizer. It has fewer tokens than asked for when no pair is left that occurs often enough.</returns>
    public TokenizerJson Train(IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        int specials = _options.SpecialTokens.Count;
        var vocabulary = new List<string>(_options.VocabularySize);
        vocabulary.AddRange(_options.SpecialTokens);

        // The bytes in the order of GPT-2's alphabet: those that stand for themselves first.
        byte[] alphabet = [.. Enumerable.Range(0, 256).Select(b => (byte)b).OrderBy(ByteAlphabet.Encode)];
        int[] tokenOfByte = new int[256];
        for (int i = 0; i < alphabet.Length; i++)
        {
            tokenOfByte[alphabet[i]] = specials + i;
            vocabulary.Add(ByteAlphabet.Encode(alphabet[i]).ToString());
        }

        var taken = new HashSet<string>(vocabulary, StringComparer.Ordinal);
        var pairs = new PairTable(Words(tokenOfByte));
        var merges = new List<(string Left, string Right)>();
        int wanted = _options.VocabularySize - vocabulary.Count;
        while (vocabulary.Count < _options.VocabularySize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!pairs.TryTakeMostFrequent(_options.MinFrequency, out int left, out int right))
            {
                break;
            }

            string merged = vocabulary[left] + vocabulary[right];

            // Two different pairs can spell the same token ("a"+"bc", "ab"+"c"). The file maps text to one id, so the pair is merged into the
            // token that exists, as the merge rules will do when the tokenizer runs.
            if (taken.Add(merged))
            {
                vocabulary.Add(merged);
                pairs.Merge(left, right, vocabulary.Count - 1);
                if ((vocabulary.Count & 31) == 0)
                {
                    progress?.Report(1 - ((double)(_options.VocabularySize - vocabulary.Count) / wanted));
                }
            }
            else
            {
                pairs.Merge(left, right, vocabulary.IndexOf(merged));
            }

            merges.Add((vocabulary[left], vocabulary[right]));
        }

        progress?.Report(1);
        AddedToken[] added = [.. _options.SpecialTokens.Select((text, id) => new AddedToken(id, text, Special: true))];
        return TokenizerJson.Create(vocabulary, merges, added, _preTokenizer);
    }

    private List<(int[] Tokens, long Count)> Words(int[] tokenOfByte)
    {
        var words = new List<(int[] Tokens, long Count)>(_counts.Count);
        byte[] utf8 = new byte[256];
        foreach (var (word, count) in _counts)
        {
            int bytes = Encoding.UTF8.GetByteCount(word);
            if (bytes < 2)
            {
                continue;
            }

            if (bytes > utf8.Length)
            {
                utf8 = new byte[bytes * 2];
            }

            Encoding.UTF8.GetBytes(word, utf8);
            int[] tokens = new int[bytes];
            for (int i = 0; i < bytes; i++)
            {
                tokens[i] = tokenOfByte[utf8[i]];
            }

            words.Add((tokens, count));
        }

        return words;
    }
}
