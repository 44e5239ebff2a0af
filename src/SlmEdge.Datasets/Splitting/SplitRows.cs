using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Similarity;
using SlmEdge.Datasets.Storage;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Datasets.Splitting;

/// <summary>What a split has to know of every row: a hash of its text, its label and its group. Seventeen bytes a row.</summary>
internal sealed class SplitRows(int seed)
{
    private readonly List<ulong> _hashes = [];
    private readonly List<int> _labels = [];
    private readonly List<int> _groups = [];
    private readonly LabelTable _groupNames = new();
    private readonly List<bool> _blank = [];

    // Labels in the order of their names, so that the order in which they occur makes no difference.
    private int[] _ranks = [];

    public LabelTable Labels { get; } = new();

    public int Count => _hashes.Count;

    public int Label(int row) => _labels[row];

    public bool IsBlank(int row) => _blank[row];

    public int CompareHashes(int a, int b) => _hashes[a] != _hashes[b] ? _hashes[a].CompareTo(_hashes[b]) : CompareLabels(a, b) is not 0 and int byLabel ? byLabel : a.CompareTo(b);

    public int CompareLabels(int a, int b) => Rank(a).CompareTo(Rank(b));

    public bool Precedes(int a, int b) => CompareHashes(a, b) < 0;

    /// <summary>Reads the rows and puts their texts into the index.</summary>
    public void Read(DatasetFile file, TextIndex index, DatasetOptions options, IProgress<DatasetProgress>? progress, CancellationToken cancellation)
    {
        IndexedFile.Read(file, index, 0, options, Add, progress, cancellation);
        int[] ranks = [.. Enumerable.Range(0, Labels.Count)];
        Array.Sort(ranks, (a, b) => string.CompareOrdinal(Labels.Name(a), Labels.Name(b)));
        _ranks = new int[Labels.Count];
        for (int rank = 0; rank < ranks.Length; rank++)
        {
            _ranks[ranks[rank]] = rank;
        }

        void Add(DatasetRow row, ulong textHash)
        {
            if (options.GroupColumn is { } column && row.Group is null && !row.Blank)
            {
                throw new DataFormatException(file.Path, row.Row, $"there is no column '{column}' to group by; the columns are: {row.Columns.Replace(DatasetRow.ColumnSeparator, ' ')}");
            }

            _hashes.Add(TextHash.Mix(textHash, (2 * (ulong)(uint)seed) + 1));
            _labels.Add(Labels.Add(row.Label));
            _groups.Add(_groupNames.Add(row.Group));
            _blank.Add(row.Blank);
        }
    }

    /// <summary>Puts the rows of a group into one cluster.</summary>
    public void JoinGroups(NearClusters clusters)
    {
        var first = new int[_groupNames.Count];
        Array.Fill(first, -1);
        for (int row = 0; row < Count; row++)
        {
            if (_groups[row] < 0)
            {
                continue;
            }

            ref int head = ref first[_groups[row]];
            if (head < 0)
            {
                head = row;
            }
            else
            {
                clusters.Join(head, row);
            }
        }
    }

    private int Rank(int row) => _labels[row] < 0 ? -1 : _ranks[_labels[row]];
}
