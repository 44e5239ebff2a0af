using System.IO.Compression;
using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Datasets.Rows;

/// <summary>
/// A data file that is read as often as is needed, one batch of rows at a time: JSON Lines or CSV with a header, as the trainer reads
/// them, or either of them compressed with gzip.
/// </summary>
public sealed class DatasetFile
{
    private const int BatchRows = 4096;
    private const int BatchBytes = 8 << 20;
    private const string Separators = ",;\t|";

    private readonly DatasetOptions _options;
    private readonly bool _compressed;
    private readonly char _separator;
    private readonly string[] _header = [];

    private DatasetFile(string path, DatasetOptions options)
    {
        Path = path;
        _options = options;
        try
        {
            Length = new FileInfo(path).Length;
            Span<byte> head = stackalloc byte[256];
            _compressed = IsGzip(path);
            using (Stream stream = Open())
            {
                head = head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
            }

            Format = FormatOf(path, head);
            if (Format == RecordFormat.Csv)
            {
                (_separator, _header, HeaderBytes) = ReadHeader();
            }

            HasByteOrderMark = head.StartsWith("\uFEFF"u8);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw Unreadable(exception);
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Bytes on the disk.</summary>
    public long Length { get; }

    /// <summary>How its records are written.</summary>
    public RecordFormat Format { get; }

    /// <summary>Whether it begins with a byte-order mark.</summary>
    public bool HasByteOrderMark { get; }

    /// <summary>The header of CSV as it stands in the file, with its line end; empty for JSON Lines.</summary>
    internal byte[] HeaderBytes { get; } = [];

    /// <summary>Opens a file and finds out what it is.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Columns and limits.</param>
    /// <exception cref="DataFormatException">The file cannot be read, is a spreadsheet, or is CSV without a usable header.</exception>
    public static DatasetFile Open(string path, DatasetOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        return new DatasetFile(path, options);
    }

    /// <summary>Reads all rows, also those that cannot be used, in batches; a row is parsed when it is asked for.</summary>
    /// <param name="progress">Told the bytes read, or null.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="DataFormatException">The file cannot be read any further.</exception>
    internal IEnumerable<RowBatch> Read(Action<long>? progress, CancellationToken cancellation)
    {
        using Stream file = Guard(() => File.OpenRead(Path));
        using RecordReader reader = Guard(() => Reader(_compressed ? new GZipStream(file, CompressionMode.Decompress) : file));
        var csv = Format == RecordFormat.Csv ? new CsvRowParser(_header, _options) : null;
        var json = new JsonRowParser(_options);
        bool more = csv is null || Guard(reader.Read);
        while (more)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = new RowBatch(json);
            while (batch.Count < BatchRows && batch.Bytes < BatchBytes && (more = Guard(reader.Read)))
            {
                batch.Add(reader, csv?.Parse((CsvRecordReader)reader));
            }

            progress?.Invoke(file.Position);
            if (batch.Count > 0)
            {
                yield return batch;
            }
        }
    }

    private static bool IsGzip(string path)
    {
        using FileStream stream = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[2];
        return stream.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic[0] == 0x1F && magic[1] == 0x8B;
    }

    private static RecordFormat FormatOf(string path, ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("PK\x03\x04"u8))
        {
            throw new DataFormatException(path, null, "is a zip archive or a spreadsheet; save the sheet as 'CSV UTF-8' and give that file");
        }

        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        switch (System.IO.Path.GetExtension(name).ToLowerInvariant())
        {
            case ".csv" or ".tsv":
                return RecordFormat.Csv;
            case ".jsonl" or ".ndjson":
                return RecordFormat.JsonLines;
        }

        head = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        int first = head.IndexOfAnyExcept(" \t\r\n"u8);
        return first >= 0 && head[first] is not ((byte)'{' or (byte)'[') ? RecordFormat.Csv : RecordFormat.JsonLines;
    }

    private Stream Open()
    {
        FileStream file = File.OpenRead(Path);
        return _compressed ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private RecordReader Reader(Stream stream) => Format == RecordFormat.Csv
        ? new CsvRecordReader(stream, _separator, _options.MaxRowBytes)
        : new LineReader(stream, _options.MaxRowBytes);

    // The separator under which the header has a column that says what the rows are; texts are full of the others.
    private (char Separator, string[] Header, byte[] Bytes) ReadHeader()
    {
        (char Separator, string[] Header, byte[] Bytes)? best = null;
        foreach (char separator in Separators)
        {
            using var reader = new CsvRecordReader(Open(), separator, _options.MaxRowBytes);
            if (!reader.Read() || reader.Blank)
            {
                throw new DataFormatException(Path, 1, "there is no header; the first row has to name the columns, such as text,label");
            }

            if (reader.Fault is { } fault)
            {
                throw new DataFormatException(Path, 1, $"the header cannot be read: {fault}");
            }

            string[] header = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.Field)];
            if (header.Contains(_options.TextColumn) || header.Contains("output") || header.Contains("chosen"))
            {
                return Checked((separator, header, reader.Record.ToArray()));
            }

            if (best is null || header.Length > best.Value.Header.Length)
            {
                best = (separator, header, reader.Record.ToArray());
            }
        }

        return Checked(best!.Value);
    }

    private (char Separator, string[] Header, byte[] Bytes) Checked((char Separator, string[] Header, byte[] Bytes) found)
    {
        string? twice = found.Header.GroupBy(name => name).FirstOrDefault(group => group.Key.Length > 0 && group.Count() > 1)?.Key;
        return twice is not null ? throw new DataFormatException(Path, 1, $"two columns are named '{twice}'")
            : found.Header.Any(name => name.Contains('\uFFFD', StringComparison.Ordinal)) ? throw new DataFormatException(Path, 1, "the header is not valid UTF-8; save the file as UTF-8")
            : found;
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw Unreadable(exception);
        }
    }

    private DataFormatException Unreadable(Exception exception) => new(Path, null, $"cannot be read: {exception.Message}", exception);
}
