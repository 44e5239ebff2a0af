using System.Runtime.InteropServices;
using SlmEdge.Datasets.Rows;

namespace SlmEdge.Datasets.Quality;

/// <summary>Follows which columns rows have and of what types, and tells what does not hold for all.</summary>
internal sealed class ColumnDrift
{
    // More shapes than this are free-form records; their differences are not worth a list.
    private const int MostShapes = 500;

    private readonly Dictionary<string, (long Rows, int File, string Path, long First)> _shapes = new(StringComparer.Ordinal);

    public void Add(string columns, int file, string path, long row)
    {
        if (columns.Length == 0 || (_shapes.Count >= MostShapes && !_shapes.ContainsKey(columns)))
        {
            return;
        }

        ref (long Rows, int File, string Path, long First) shape = ref CollectionsMarshal.GetValueRefOrAddDefault(_shapes, columns, out bool known);
        shape = known ? (shape.Rows + 1, shape.File, shape.Path, shape.First) : (1, file, path, row);
    }

    public void Report(FindingLog log)
    {
        long all = _shapes.Values.Sum(shape => shape.Rows);
        var columns = _shapes
            .SelectMany(shape => Entries(shape.Key).Select(column => (Name: column[..column.LastIndexOf(':')], Type: column[(column.LastIndexOf(':') + 1)..], Shape: shape.Value)))
            .GroupBy(column => column.Name);
        foreach (var column in columns)
        {
            long rows = column.Sum(entry => entry.Shape.Rows);
            if (rows < all)
            {
                // The smaller side is the odd one out: rows that lack the column, or those that have it.
                bool lacking = rows >= all - rows;
                var odd = _shapes.Where(shape => Entries(shape.Key).Any(entry => entry.StartsWith(column.Key + ":", StringComparison.Ordinal)) != lacking).Select(shape => shape.Value)
                    .OrderBy(shape => (shape.File, shape.First)).First();
                log.Add(FindingKind.ColumnDrift, odd.File, odd.Path, odd.First, () => FormattableString.Invariant($"column '{column.Key}' is in {rows:N0} of {all:N0} rows; the first {(lacking ? "without" : "with")} it"));
            }

            var types = column.GroupBy(entry => entry.Type).Select(type => (Type: type.Key, Rows: type.Sum(entry => entry.Shape.Rows), First: type.OrderBy(entry => (entry.Shape.File, entry.Shape.First)).First().Shape))
                .OrderByDescending(type => type.Rows).ToList();
            if (types.Count > 1)
            {
                string list = string.Join(", ", types.Select(type => FormattableString.Invariant($"{type.Type} in {type.Rows:N0} rows")));
                log.Add(FindingKind.ColumnDrift, types[1].First.File, types[1].First.Path, types[1].First.First, () => $"column '{column.Key}' is {list}; the first {types[1].Type}");
            }
        }
    }

    private static IEnumerable<string> Entries(string columns) => columns.Split(DatasetRow.ColumnSeparator).Where(entry => entry.Contains(':', StringComparison.Ordinal));
}
