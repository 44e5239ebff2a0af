using SlmEdge.Datasets.Storage;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Datasets.Similarity;

/// <summary>
/// Texts that come one after the other, each asked whether it is the same as one before or nearly so. In memory, for some hundred thousand
/// texts; whole files are compared by <c>slm-train data dedupe</c>. Not safe for several threads.
/// </summary>
public sealed class SimilarTexts
{
    private readonly SimilarityOptions _options;
    private readonly Banding _banding;
    private readonly Dictionary<string, int> _equal = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Band, ulong Key), List<int>> _bands = [];
    private readonly List<(string Text, ulong[] Shingles)> _texts = [];

    /// <summary>Begins with no texts.</summary>
    /// <param name="options">What is nearly the same; null for the defaults.</param>
    public SimilarTexts(SimilarityOptions? options = null)
    {
        _options = options ?? new SimilarityOptions();
        _banding = new Banding(_options.Threshold);
    }

    /// <summary>Adds a text.</summary>
    public void Add(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string folded = TrainTestOverlap.Fold(text);
        int index = _texts.Count;
        if (!_equal.TryAdd(folded, index))
        {
            return;
        }

        _texts.Add((text, ShingleSet.Of(folded, _options.ShingleLength)));
        ulong[] keys = Keys(folded);
        for (int band = 0; band < keys.Length; band++)
        {
            if (!_bands.TryGetValue((band, keys[band]), out List<int>? members))
            {
                _bands[(band, keys[band])] = members = [];
            }

            members.Add(index);
        }
    }

    /// <summary>The most similar text that was added, when it is the same (similarity 1) or reaches the threshold; otherwise null.</summary>
    public (string Text, double Similarity)? Find(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string folded = TrainTestOverlap.Fold(text);
        if (_equal.TryGetValue(folded, out int same))
        {
            return (_texts[same].Text, 1);
        }

        ulong[] shingles = ShingleSet.Of(folded, _options.ShingleLength);
        ulong[] keys = Keys(folded);
        var compared = new HashSet<int>();
        (string Text, double Similarity)? best = null;
        for (int band = 0; band < keys.Length; band++)
        {
            foreach (int candidate in _bands.GetValueOrDefault((band, keys[band])) ?? [])
            {
                if (compared.Add(candidate)
                    && ShingleSet.Jaccard(shingles, _texts[candidate].Shingles) is double similarity
                    && similarity >= _options.Threshold
                    && similarity > (best?.Similarity ?? 0))
                {
                    best = (_texts[candidate].Text, similarity);
                }
            }
        }

        return best;
    }

    private ulong[] Keys(string folded)
    {
        var keys = new ulong[_banding.Bands];
        _banding.Keys(ShingleSet.Sequence(folded, _options.ShingleLength), keys);
        return keys;
    }
}
