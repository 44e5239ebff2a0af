using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace SlmEdge.Formats.Storage;

/// <summary>A read-only memory-mapped file whose slices are checked against its length.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile? _map;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly SafeMemoryMappedViewHandle? _handle;
    private readonly byte* _start;
    private bool _disposed;

    public MappedFile(string path)
    {
        Path = path;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Length = stream.Length;
        if (Length == 0)
        {
            return;
        }

        _map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        _handle = _view.SafeMemoryMappedViewHandle;
        byte* start = null;
        _handle.AcquirePointer(ref start);
        _start = start + _view.PointerOffset;
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>The bytes [offset, offset + length). The span must not outlive this object.</summary>
    public ReadOnlySpan<byte> Slice(long offset, long length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (offset < 0 || length < 0 || offset > Length - length)
        {
            throw new ModelFormatException($"{length} bytes are asked for, but the file has {Length}; it is probably truncated", Path, offset: offset);
        }

        if (length > int.MaxValue)
        {
            throw new ModelFormatException($"{length} bytes are more than one span can hold; read it in parts", Path, offset: offset);
        }

        return length == 0 ? [] : new ReadOnlySpan<byte>(_start + offset, (int)length);
    }

    public void CopyTo(long offset, long length, Stream destination)
    {
        const int Chunk = 1 << 22;
        for (long done = 0; done < length; done += Chunk)
        {
            destination.Write(Slice(offset + done, Math.Min(Chunk, length - done)));
        }
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _handle?.ReleasePointer();
        _view?.Dispose();
        _map?.Dispose();
    }
}
