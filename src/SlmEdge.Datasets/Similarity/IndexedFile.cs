using SlmEdge.Datasets.Rows;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Datasets.Similarity;

/// <summary>Reads the rows of a file into an index of texts.</summary>
internal static class IndexedFile
{
    /// <summary>Adds every row that is not blank, numbered in order from <paramref name="firstRow"/>; blank ones take a number too.</summary>
    /// <param name="file">The file.</param>
    /// <param name="index">Where the texts go.</param>
    /// <param name="firstRow">Number of the first record.</param>
    /// <param name="options">Threads.</param>
    /// <param name="each">Told every record in order, with the hash of its text.</param>
    /// <param name="progress">Told the bytes read, or null.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <returns>The number of records, and of rows among them.</returns>
    /// <exception cref="DataFormatException">A row cannot be used, or there is none.</exception>
    public static (int Records, long Rows) Read(
        DatasetFile file, TextIndex index, int firstRow, DatasetOptions options, Action<DatasetRow, ulong>? each, IProgress<DatasetProgress>? progress, CancellationToken cancellation)
    {
        int records = 0;
        long rows = 0;
        foreach (RowBatch batch in DatasetScan.Read(file, $"reading {Path.GetFileName(file.Path)}", progress, cancellation))
        {
            var keys = new ulong[batch.Count][];
            var folded = new string[batch.Count];
            batch.ForEach(options.Threads, cancellation, i =>
            {
                DatasetRow row = DatasetScan.Usable(file, batch[i]);
                if (!row.Blank)
                {
                    folded[i] = TrainTestOverlap.Fold(row.Text);
                    keys[i] = index.KeysOf(folded[i]);
                }
            });
            for (int i = 0; i < batch.Count; i++, records++)
            {
                each?.Invoke(batch[i], keys[i] is null ? 0 : keys[i][0]);
                if (keys[i] is not null)
                {
                    index.Add(firstRow + records, folded[i], keys[i]);
                    rows++;
                }
            }
        }

        return rows > 0 ? (records, rows) : throw new DataFormatException(file.Path, null, "there are no rows");
    }
}
