using SlmEdge.Bundles.Archive;

namespace SlmEdge.Bundles;

/// <summary>A bundle that is one <c>.slmb</c> file.</summary>
internal sealed class ArchiveBundleSource : BundleSource
{
    private readonly FileStream _stream;
    private readonly Dictionary<string, StoredZipEntry> _entries = new(StringComparer.Ordinal);

    public ArchiveBundleSource(string path)
    {
        try
        {
            _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BundleException($"cannot be read: {e.Message}", path, inner: e);
        }

        try
        {
            foreach (StoredZipEntry entry in StoredZipReader.ReadDirectory(_stream, path))
            {
                if (!_entries.TryAdd(entry.Name, entry))
                {
                    throw new BundleException("stands in the archive twice", path, entry.Name);
                }
            }
        }
        catch
        {
            _stream.Dispose();
            throw;
        }

        Sizes = _entries.ToDictionary(entry => entry.Key, entry => entry.Value.Size, StringComparer.Ordinal);
    }

    public override IReadOnlyDictionary<string, long> Sizes { get; }

    public override Stream Open(string path) => new SectionStream(_stream, _entries[path].Offset, _entries[path].Size);

    public override void Dispose() => _stream.Dispose();

    /// <summary>A part of the archive. One is read at a time, so they share the archive's position.</summary>
    private sealed class SectionStream : Stream
    {
        private readonly FileStream _archive;
        private long _left;

        public SectionStream(FileStream archive, long offset, long length)
        {
            _archive = archive;
            _left = length;
            archive.Position = offset;
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int read = _archive.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
