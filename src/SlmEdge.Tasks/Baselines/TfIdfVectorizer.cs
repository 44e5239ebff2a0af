using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace SlmEdge.Tasks.Baselines;

/// <summary>
/// Texts as weights of n-grams: tf · idf with idf = ln((1 + n) / (1 + df)) + 1, where the word part and the character part are each scaled
/// to length 1. The formula is that of scikit-learn's TfidfVectorizer (smoothed), with which the reference scores were measured.
/// </summary>
internal sealed class TfIdfVectorizer
{
    private readonly Block _words;
    private readonly Block _characters;

    private TfIdfVectorizer(Block words, Block characters)
    {
        _words = words;
        _characters = characters;
    }

    public int FeatureCount => _words.Idf.Length + _characters.Idf.Length;

    public static TfIdfVectorizer Fit(IReadOnlyList<string> texts, TfIdfOptions options) => new(
        Block.Fit(texts, NgramExtractor.Words, options.SublinearTermFrequency),
        Block.Fit(texts, (text, receive) => NgramExtractor.Characters(text, options.CharactersWithinWords, receive), options.SublinearTermFrequency));

    public (int[] Columns, float[] Values) Transform(string text)
    {
        var columns = new List<int>();
        var values = new List<float>();
        _words.Append(text, 0, columns, values);
        _characters.Append(text, _words.Idf.Length, columns, values);
        return ([.. columns], [.. values]);
    }

    private sealed class Block
    {
        private readonly Action<string, NgramExtractor.Receiver> _extract;
        private readonly Dictionary<string, int> _vocabulary;
        private readonly bool _sublinear;

        private Block(Action<string, NgramExtractor.Receiver> extract, Dictionary<string, int> vocabulary, float[] idf, bool sublinear)
        {
            _extract = extract;
            _vocabulary = vocabulary;
            Idf = idf;
            _sublinear = sublinear;
        }

        public float[] Idf { get; }

        public static Block Fit(IReadOnlyList<string> texts, Action<string, NgramExtractor.Receiver> extract, bool sublinear)
        {
            var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
            var lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
            var documents = new List<int>();
            var lastSeen = new List<int>();
            for (int i = 0; i < texts.Count; i++)
            {
                int document = i;
                extract(texts[i], ngram =>
                {
                    if (!lookup.TryGetValue(ngram, out int feature))
                    {
                        feature = documents.Count;
                        lookup[ngram] = feature;
                        documents.Add(0);
                        lastSeen.Add(-1);
                    }

                    if (lastSeen[feature] != document)
                    {
                        lastSeen[feature] = document;
                        documents[feature]++;
                    }
                });
            }

            var idf = new float[documents.Count];
            for (int feature = 0; feature < idf.Length; feature++)
            {
                idf[feature] = (float)(Math.Log((1.0 + texts.Count) / (1.0 + documents[feature])) + 1);
            }

            return new Block(extract, vocabulary, idf, sublinear);
        }

        public void Append(string text, int offset, List<int> columns, List<float> values)
        {
            var counts = new Dictionary<int, int>();
            var lookup = _vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
            _extract(text, ngram =>
            {
                if (lookup.TryGetValue(ngram, out int feature))
                {
                    CollectionsMarshal.GetValueRefOrAddDefault(counts, feature, out _)++;
                }
            });

            int first = values.Count;
            foreach ((int feature, int count) in counts)
            {
                columns.Add(feature + offset);
                values.Add((_sublinear ? 1 + MathF.Log(count) : count) * Idf[feature]);
            }

            Span<float> own = CollectionsMarshal.AsSpan(values)[first..];
            float length = TensorPrimitives.Norm<float>(own);
            if (length > 0)
            {
                TensorPrimitives.Divide(own, length, own);
            }
        }
    }
}
