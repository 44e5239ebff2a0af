using System.Runtime.InteropServices;

namespace SlmEdge.Datasets.Rows;

/// <summary>Numbers for label names, and how many rows each has. Rows without a label have the number -1.</summary>
internal sealed class LabelTable
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private readonly List<long> _counts = [];

    public int Count => _names.Count;

    public string Name(int number) => number < 0 ? "" : _names[number];

    public long Rows(int number) => _counts[number];

    /// <summary>The number of a label, which has one row more from now on.</summary>
    public int Add(string? label)
    {
        if (label is null)
        {
            return -1;
        }

        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, label, out bool known);
        if (!known)
        {
            number = _names.Count;
            _names.Add(label);
            _counts.Add(0);
        }

        CollectionsMarshal.AsSpan(_counts)[number]++;
        return number;
    }
}
