using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Similarity;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Datasets.Decontamination;

/// <summary>Removes from a training file what stands in the test files, exactly or nearly: scores on seen texts say nothing about new ones.</summary>
public static class Decontaminator
{
    private const int MostCompared = 256;
    private const int Shown = 10;

    /// <summary>Looks for the test rows in the training file, and writes what is left of it.</summary>
    /// <param name="options">What and how.</param>
    /// <param name="progress">Told how far it is, or null.</param>
    /// <param name="cancellation">Stops the work; then nothing is written.</param>
    /// <exception cref="DataFormatException">A row cannot be read.</exception>
    /// <exception cref="DatasetException">An output exists, or no row would be left.</exception>
    public static DecontaminateResult Run(DecontaminateOptions options, IProgress<DatasetProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (string? path in new[] { options.OutputFile, options.RemovedFile })
        {
            if (path is not null)
            {
                RecordWriter.CheckFree(path, options.Overwrite);
            }
        }

        using var index = new TextIndex(options.Near, options.Dataset);
        DatasetFile[] tests = [.. options.TestFiles.Select(path => DatasetFile.Open(path, options.Dataset))];
        DatasetFile train = DatasetFile.Open(options.TrainFile, options.Dataset);

        // The test rows come first, so that a row's number says which it is.
        var starts = new List<int>();
        int records = 0;
        long testRows = 0;
        foreach (DatasetFile file in tests)
        {
            starts.Add(records);
            (int read, long rows) = IndexedFile.Read(file, index, records, options.Dataset, null, progress, cancellation);
            (records, testRows) = (records + read, testRows + rows);
        }

        int firstTrain = records;
        (int trainRecords, long trainRows) = IndexedFile.Read(train, index, records, options.Dataset, null, progress, cancellation);
        var twins = new int[trainRecords];
        Array.Fill(twins, -1);
        var exact = new System.Collections.BitArray(twins.Length);
        foreach (int[] group in index.EqualTexts(row => row < firstTrain, cancellation))
        {
            foreach (int row in group.Where(row => row >= firstTrain))
            {
                twins[row - firstTrain] = group[0];
                exact[row - firstTrain] = true;
            }
        }

        long skipped = 0;
        for (int band = 0; band < index.Bands; band++)
        {
            foreach (int[] group in index.Candidates(band, null, row => row < firstTrain, cancellation).Where(group => group[^1] >= firstTrain))
            {
                skipped += Compare(group, firstTrain, index, twins);
            }

            progress?.Report(new DatasetProgress("comparing", band + 1, index.Bands));
        }

        Contamination Describe(int row, DatasetRow train)
        {
            int twin = twins[row];
            int test = starts.FindLastIndex(start => start <= twin);
            double similarity = exact[row] ? 1 : Math.Round(ShingleSet.Jaccard(index.Shingles(firstTrain + row), index.Shingles(twin)), 4);
            return new Contamination(train.Row, tests[test].Path, new RowNumbers(tests[test])[twin - starts[test]], exact[row], similarity, train.Text);
        }

        int found = twins.Count(twin => twin >= 0);
        if (options.OutputFile is not null && found == trainRows)
        {
            throw new DatasetException($"Every row of '{train.Path}' stands in the test files; nothing would be left. Is it the same file?");
        }

        IReadOnlyList<Contamination> first = Write(train, twins, Describe, options, progress, cancellation);
        int equal = exact.Cast<bool>().Count(bit => bit);
        return new DecontaminateResult(trainRows, testRows, equal, found - equal, skipped, first);
    }

    private static long Compare(int[] group, int firstTrain, TextIndex index, int[] twins)
    {
        long skipped = 0;
        (int Row, ulong[] Shingles)[] tests = [.. group.TakeWhile(row => row < firstTrain).Take(MostCompared).Select(row => (row, index.Shingles(row)))];
        bool cut = tests.Length == MostCompared && group[tests.Length] < firstTrain;
        foreach (int row in group.SkipWhile(row => row < firstTrain).Where(row => twins[row - firstTrain] < 0))
        {
            ulong[] shingles = index.Shingles(row);
            foreach ((int test, ulong[] others) in tests)
            {
                if (index.Similarity(others, shingles) is not null)
                {
                    twins[row - firstTrain] = test;
                    break;
                }
            }

            skipped += cut && twins[row - firstTrain] < 0 ? 1 : 0;
        }

        return skipped;
    }

    private static List<Contamination> Write(
        DatasetFile train, int[] twins, Func<int, DatasetRow, Contamination> describe, DecontaminateOptions options, IProgress<DatasetProgress>? progress, CancellationToken cancellation)
    {
        var first = new List<Contamination>();

        void Copy(RecordWriter? writer, Action<Contamination>? removed)
        {
            int at = 0;
            foreach (RowBatch batch in DatasetScan.Read(train, writer is null ? "listing" : "writing", progress, cancellation))
            {
                for (int i = 0; i < batch.Count; i++, at++)
                {
                    if (twins[at] < 0)
                    {
                        if (!batch.IsBlank(i))
                        {
                            writer?.Add(batch.Record(i).Span);
                        }

                        continue;
                    }

                    if (removed is not null || first.Count < Shown)
                    {
                        Contamination contamination = describe(at, batch[i]);
                        removed?.Invoke(contamination);
                        if (first.Count < Shown)
                        {
                            first.Add(contamination);
                        }
                    }
                }
            }
        }

        void CopyBeside(RecordWriter? writer)
        {
            if (options.RemovedFile is not { } removedFile)
            {
                Copy(writer, null);
                return;
            }

            SideFile.Write(removedFile, add => Copy(writer, row => add(json =>
            {
                json.WriteNumber("row", row.TrainRow);
                json.WriteString("file", row.TestFile);
                json.WriteNumber("twin", row.TestRow);
                json.WriteString("reason", row.Exact ? "exact" : "near");
                json.WriteNumber("similarity", row.Similarity);
                json.WriteString("text", row.Text);
            })));
        }

        if (options.OutputFile is { } output)
        {
            RecordWriter.Write(output, train, CopyBeside);
        }
        else
        {
            CopyBeside(null);
        }

        return first;
    }
}
