using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Similarity;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Datasets.Deduplication;

/// <summary>Removes rows whose text stands in the file already, exactly or nearly. The same file gives the same result.</summary>
public static class Deduplicator
{
    /// <summary>Removes duplicates.</summary>
    /// <param name="options">What and how.</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="cancellation">Stops the work; then nothing is written.</param>
    /// <exception cref="DataFormatException">A row cannot be read.</exception>
    /// <exception cref="DatasetException">An output exists, or the disk is too small for what does not fit in memory.</exception>
    public static DedupeResult Run(DedupeOptions options, IProgress<DatasetProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        RecordWriter.CheckFree(options.OutputFile, options.Overwrite);
        if (options.RemovedFile is { } removedFile)
        {
            RecordWriter.CheckFree(removedFile, options.Overwrite);
        }

        DatasetFile file = DatasetFile.Open(options.DataFile, options.Dataset);
        using var index = new TextIndex(options.Near, options.Dataset);
        var names = new LabelTable();
        var labels = new List<int>();
        (_, long rows) = IndexedFile.Read(file, index, 0, options.Dataset, (row, _) => labels.Add(names.Add(row.Label)), progress, cancellation);
        DuplicateSelection selection = DuplicateSelection.Find(
            index,
            labels.Count,
            options.Keep,
            options.AcrossLabels ? (_, _) => true : (a, b) => labels[a] == labels[b],
            progress is null ? null : (done, total) => progress.Report(new DatasetProgress("comparing", done, total)),
            cancellation);
        return Write(file, index, selection, rows, options, progress, cancellation);
    }

    private static DedupeResult Write(
        DatasetFile file, TextIndex index, DuplicateSelection selection, long rows, DedupeOptions options, IProgress<DatasetProgress>? progress, CancellationToken cancellation)
    {
        long exact = 0;
        long near = 0;
        var rowNumbers = new RowNumbers(file);
        RecordWriter.Write(options.OutputFile, file, writer =>
        {
            void Copy(Action<int, DatasetRow>? removed)
            {
                int at = 0;
                foreach (RowBatch batch in DatasetScan.Read(file, "writing", progress, cancellation))
                {
                    for (int i = 0; i < batch.Count; i++, at++)
                    {
                        if (batch.IsBlank(i))
                        {
                            continue;
                        }

                        if (selection.Twins[at] < 0)
                        {
                            writer.Add(batch.Record(i).Span);
                            continue;
                        }

                        (exact, near) = selection.IsExact(at) ? (exact + 1, near) : (exact, near + 1);
                        removed?.Invoke(at, batch[i]);
                    }
                }
            }

            if (options.RemovedFile is not { } removedFile)
            {
                Copy(null);
                return;
            }

            SideFile.Write(removedFile, add => Copy((at, row) => add(json =>
            {
                int twin = selection.Twins[at];
                json.WriteNumber("row", row.Row);
                json.WriteNumber("twin", rowNumbers[twin]);
                json.WriteString("reason", selection.IsExact(at) ? "exact" : "near");
                json.WriteNumber("similarity", selection.IsExact(at) ? 1 : Math.Round(ShingleSet.Jaccard(index.Shingles(at), index.Shingles(twin)), 4));
                json.WriteString("text", row.Text);
                if (row.Label is not null)
                {
                    json.WriteString("label", row.Label);
                }
            })));
        });
        return new DedupeResult(rows, rows - exact - near, exact, near, selection.SkippedComparisons);
    }
}
