namespace SlmEdge.Datasets.Storage;

/// <summary>A file without a name: written from its beginning to its end, read anywhere. The system frees it however the process ends.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly string _folder;
    private readonly FileStream _stream;

    /// <param name="folder">Where the disk is that it takes room on.</param>
    /// <exception cref="DatasetException">No file can be made there.</exception>
    public TemporaryFile(string folder)
    {
        _folder = folder;
        string path = Path.Combine(folder, $"slmedge-{Guid.NewGuid():N}.tmp");
        try
        {
            _stream = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, bufferSize: 1);

            // FileOptions.DeleteOnClose would leave it there when the process is killed.
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _stream?.Dispose();
            throw Failed(exception);
        }
    }

    /// <summary>Adds bytes at the end.</summary>
    /// <exception cref="DatasetException">The disk is full.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
        }
        catch (IOException exception)
        {
            throw Failed(exception);
        }
    }

    /// <summary>Fills a buffer from an offset on. Safe from several threads.</summary>
    public void Read(Span<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(_stream.SafeFileHandle, bytes, offset);
            if (read == 0)
            {
                throw new DatasetException($"A temporary file in '{_folder}' ends at byte {offset}, before what was written to it.");
            }

            bytes = bytes[read..];
            offset += read;
        }
    }

    public void Dispose() => _stream.Dispose();

    private DatasetException Failed(Exception exception) => new(
        $"Cannot write a temporary file in '{_folder}': {exception.Message} Give the work more --memory, or name a --temp folder with free space.", exception);
}
