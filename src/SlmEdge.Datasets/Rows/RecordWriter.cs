using System.IO.Compression;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Datasets.Rows;

/// <summary>Writes records just as they stood in the file they come from, compressed when the name says so.</summary>
internal sealed class RecordWriter : IDisposable
{
    private readonly Stream _stream;

    public RecordWriter(Stream stream, string path, DatasetFile source)
    {
        _stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true) : new BufferedStream(stream, 1 << 16);
        _stream.Write(source.HeaderBytes);
    }

    /// <summary>Refuses a name that is taken.</summary>
    /// <exception cref="DatasetException">The file is there and may not be replaced.</exception>
    public static void CheckFree(string path, bool overwrite)
    {
        if (!overwrite && File.Exists(path))
        {
            throw new DatasetException($"'{path}' exists already; give another name, or --overwrite to replace it.");
        }
    }

    /// <summary>Writes a file whose rows come from <paramref name="source"/>, atomically.</summary>
    public static void Write(string path, DatasetFile source, Action<RecordWriter> write) => AtomicFile.Write(path, stream =>
    {
        using var writer = new RecordWriter(stream, path, source);
        write(writer);
        writer.Finish();
    });

    /// <summary>Writes a record. The last of a file may lack its line end.</summary>
    public void Add(ReadOnlySpan<byte> record)
    {
        _stream.Write(record);
        if (record.Length > 0 && record[^1] != '\n')
        {
            _stream.WriteByte((byte)'\n');
        }
    }

    // A buffered stream closes what it wraps; the file is still to be flushed to the disk and renamed.
    private void Finish()
    {
        _stream.Flush();
        if (_stream is GZipStream)
        {
            _stream.Dispose();
        }
    }

    public void Dispose()
    {
        if (_stream is GZipStream)
        {
            _stream.Dispose();
        }
    }
}
