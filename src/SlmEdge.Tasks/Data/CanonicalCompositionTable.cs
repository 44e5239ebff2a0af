using System.Collections;
using System.Collections.Frozen;
using System.Globalization;

namespace SlmEdge.Tasks.Data;

/// <summary>The data of <see cref="CanonicalComposition"/>, read once from <c>canonical-composition.txt</c> (made by <c>tools/unicode</c>).</summary>
internal sealed class CanonicalCompositionTable
{
    private readonly BitArray _open = new(0x10000);
    private readonly FrozenSet<int> _openBeyond;

    private CanonicalCompositionTable(TextReader reader)
    {
        var decompositions = new Dictionary<int, int[]>();
        var classes = new Dictionary<int, int>();
        var composed = new List<(int Composed, int[] Parts)>();
        int rank = 0;
        for (string? line = reader.ReadLine(); line is not null; line = reader.ReadLine())
        {
            int[] codes = [.. line.Split(' ').Skip(1).Where(word => word != "=" && line[0] != '#').Select(word => int.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];
            switch (line[0])
            {
                case 'P' or 'D':
                    decompositions.Add(codes[0], codes[1..]);
                    if (line[0] == 'P')
                    {
                        composed.Add((codes[0], codes[1..]));
                    }

                    break;
                case 'R':
                    rank++;
                    foreach (int mark in codes)
                    {
                        classes.Add(mark, rank);
                    }

                    break;
                default:
                    break;
            }
        }

        Decompositions = decompositions.ToFrozenDictionary();
        Classes = classes.ToFrozenDictionary();
        Compositions = Pairs(composed);

        // What may be otherwise in composed text: characters that decompose, marks, second halves of pairs.
        IEnumerable<int> open = decompositions.Keys.Except(composed.Select(item => item.Composed))
            .Concat(classes.Keys).Concat(Compositions.Keys.Select(pair => pair.Second))
            .Concat(Enumerable.Range(Hangul.VowelBase, Hangul.Vowels)).Concat(Enumerable.Range(Hangul.TrailBase + 1, Hangul.Trails - 1));
        var beyond = new HashSet<int>();
        foreach (int code in open)
        {
            if (code <= 0xFFFF)
            {
                _open[code] = true;
            }
            else
            {
                beyond.Add(code);
            }
        }

        _openBeyond = beyond.ToFrozenSet();
    }

    public static CanonicalCompositionTable Instance { get; } = Load();

    /// <summary>Full canonical decompositions.</summary>
    public FrozenDictionary<int, int[]> Decompositions { get; }

    /// <summary>Pairs that become one character.</summary>
    public FrozenDictionary<(int First, int Second), int> Compositions { get; }

    /// <summary>The place of a mark's canonical combining class among the classes; a character that is absent has class 0 and stays where it is.</summary>
    public FrozenDictionary<int, int> Classes { get; }

    /// <summary>Whether a text with this character may not be composed yet.</summary>
    public bool IsOpen(int code) => code <= 0xFFFF ? _open[code] : _openBeyond.Contains(code);

    private static CanonicalCompositionTable Load()
    {
        using Stream stream = typeof(CanonicalCompositionTable).Assembly.GetManifestResourceStream("canonical-composition.txt")!;
        using var reader = new StreamReader(stream);
        return new CanonicalCompositionTable(reader);
    }

    // A composed character is its last part joined to what the parts before it compose to.
    private static FrozenDictionary<(int First, int Second), int> Pairs(List<(int Composed, int[] Parts)> composed)
    {
        var byParts = composed.ToDictionary(item => string.Join(' ', item.Parts), item => item.Composed);
        return composed.ToDictionary(
            item => (item.Parts.Length == 2 ? item.Parts[0] : byParts[string.Join(' ', item.Parts[..^1])], item.Parts[^1]),
            item => item.Composed).ToFrozenDictionary();
    }
}
