using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Similarity;
using SlmEdge.Datasets.Storage;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Formats.Storage;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Datasets.Splitting;

/// <summary>Splits a file into training, validation and test rows so that nothing of one part is known from another.</summary>
public static class Splitter
{
    private static readonly string[] Names = ["train", "valid", "test"];

    /// <summary>Splits a file.</summary>
    /// <param name="options">What and how.</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="cancellation">Stops the work; then nothing is written.</param>
    /// <exception cref="DataFormatException">A row cannot be read, or lacks the group column.</exception>
    /// <exception cref="DatasetException">The shares do not add up, or an output exists.</exception>
    public static SplitResult Run(SplitOptions options, IProgress<DatasetProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        double[] shares = [options.Train, options.Valid, options.Test];
        if (shares.Any(share => share is < 0 or > 1) || Math.Abs(shares.Sum() - 1) > 1e-6)
        {
            throw new DatasetException(FormattableString.Invariant($"The shares have to add up to 1, not to {shares.Sum():0.####}."));
        }

        DatasetFile file = DatasetFile.Open(options.DataFile, options.Dataset);
        string[] paths = [.. Names.Select(name => Path.Combine(options.OutputFolder, name + Ending(file.Path)))];
        for (int part = 0; part < paths.Length; part++)
        {
            RecordWriter.CheckFree(paths[part], options.Overwrite);
        }

        using var index = new TextIndex(options.Near, options.Dataset);
        var rows = new SplitRows(options.Seed);
        rows.Read(file, index, options.Dataset, progress, cancellation);
        NearClusters clusters = NearClusters.Find(
            index, rows.Count, progress is null ? null : (done, total) => progress.Report(new DatasetProgress("comparing", done, total)), cancellation);
        rows.JoinGroups(clusters);
        byte[] partOf = Assign(rows, clusters, shares, options.Stratify, out long[] units);
        return Write(file, rows, partOf, units, paths, shares, clusters.SkippedComparisons, progress, cancellation);
    }

    private static string Ending(string path)
    {
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return Path.GetExtension(name) + path[name.Length..];
    }

    private static byte[] Assign(SplitRows rows, NearClusters clusters, double[] shares, bool stratify, out long[] unitsOfPart)
    {
        // A unit is known by its smallest hash, and is of the label of that row: neither depends on the order of the rows.
        var sizes = new int[rows.Count];
        var heads = new int[rows.Count];
        Array.Fill(heads, -1);
        for (int row = 0; row < rows.Count; row++)
        {
            if (rows.IsBlank(row))
            {
                continue;
            }

            int unit = clusters.Of(row);
            sizes[unit]++;
            if (heads[unit] < 0 || rows.Precedes(row, heads[unit]))
            {
                heads[unit] = row;
            }
        }

        int[] units = [.. Enumerable.Range(0, rows.Count).Where(unit => sizes[unit] > 0)];
        Array.Sort(units, (a, b) => stratify && rows.CompareLabels(heads[a], heads[b]) is not 0 and int byLabel ? byLabel : rows.CompareHashes(heads[a], heads[b]));
        var assignment = new UnitAssignment(shares);
        var partOfUnit = new byte[rows.Count];
        unitsOfPart = new long[shares.Length];
        for (int i = 0; i < units.Length; i++)
        {
            bool first = stratify && (i == 0 || rows.CompareLabels(heads[units[i - 1]], heads[units[i]]) != 0);
            int part = assignment.Next(sizes[units[i]], first);
            partOfUnit[units[i]] = (byte)part;
            unitsOfPart[part]++;
        }

        var partOf = new byte[rows.Count];
        for (int row = 0; row < rows.Count; row++)
        {
            partOf[row] = partOfUnit[clusters.Of(row)];
        }

        return partOf;
    }

    private static SplitResult Write(
        DatasetFile file, SplitRows rows, byte[] partOf, long[] units, string[] paths, double[] shares, long skipped, IProgress<DatasetProgress>? progress, CancellationToken cancellation)
    {
        var counts = new long[paths.Length][];
        var totals = new long[paths.Length];
        for (int part = 0; part < paths.Length; part++)
        {
            counts[part] = new long[rows.Labels.Count];
        }

        void Open(int part, RecordWriter?[] writers)
        {
            if (part == paths.Length)
            {
                Copy(writers);
            }
            else if (shares[part] > 0)
            {
                RecordWriter.Write(paths[part], file, writer => Open(part + 1, [.. writers, writer]));
            }
            else
            {
                Open(part + 1, [.. writers, null]);
            }
        }

        void Copy(RecordWriter?[] writers)
        {
            int at = 0;
            foreach (RowBatch batch in DatasetScan.Read(file, "writing", progress, cancellation))
            {
                for (int i = 0; i < batch.Count; i++, at++)
                {
                    if (!batch.IsBlank(i))
                    {
                        int part = partOf[at];
                        writers[part]!.Add(batch.Record(i).Span);
                        totals[part]++;
                        if (rows.Label(at) is >= 0 and int label)
                        {
                            counts[part][label]++;
                        }
                    }
                }
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(paths[0]))!);
        Open(0, []);
        SplitPart[] parts = [.. Enumerable.Range(0, paths.Length).Where(part => shares[part] > 0).Select(part => new SplitPart(
            Names[part],
            paths[part],
            totals[part],
            units[part],
            Enumerable.Range(0, rows.Labels.Count).ToDictionary(rows.Labels.Name, label => counts[part][label], StringComparer.Ordinal)))];
        return new SplitResult(totals.Sum(), units.Sum(), parts, skipped);
    }
}
