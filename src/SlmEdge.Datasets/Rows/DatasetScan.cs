using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Datasets.Rows;

/// <summary>Goes through a file batch by batch, telling how far it is.</summary>
internal static class DatasetScan
{
    /// <summary>All batches of a file.</summary>
    public static IEnumerable<RowBatch> Read(DatasetFile file, string step, IProgress<DatasetProgress>? progress, CancellationToken cancellation) =>
        file.Read(progress is null ? null : bytes => progress.Report(new DatasetProgress(step, bytes, file.Length)), cancellation);

    /// <summary>The row, unless it cannot be used.</summary>
    /// <exception cref="DataFormatException">The row is faulty; rows are only removed for what was asked, never for being unreadable.</exception>
    public static DatasetRow Usable(DatasetFile file, DatasetRow row) =>
        row.Fault is { } fault ? throw new DataFormatException(file.Path, row.Row, $"{fault} ('data check' lists every such row)") : row;
}
