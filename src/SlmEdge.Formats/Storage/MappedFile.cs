using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace SlmEdge.Formats.Storage;

/// <summary>
/// A read-only file whose slices are checked against its length. <see cref="Slice"/> maps it into memory, on first use;
/// <see cref="Read"/> copies by ordinary reads, whose pages never count as this process's memory.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private const int CopyChunk = 1 << 20;

    private readonly SafeFileHandle _file;
    private readonly Lock _mapping = new();
    private MemoryMappedFile? _map;
    private MemoryMappedViewAccessor? _view;
    private SafeMemoryMappedViewHandle? _handle;
    private byte* _start;
    private bool _disposed;

    public MappedFile(string path)
    {
        Path = path;
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Length = RandomAccess.GetLength(_file);
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>The bytes [offset, offset + length). The span must not outlive this object.</summary>
    public ReadOnlySpan<byte> Slice(long offset, long length)
    {
        Check(offset, length);
        if (length > int.MaxValue)
        {
            throw new ModelFormatException($"{length} bytes are more than one span can hold; read it in parts", Path, offset: offset);
        }

        return length == 0 ? [] : new ReadOnlySpan<byte>(Map() + offset, (int)length);
    }

    /// <summary>Copies the bytes from <paramref name="offset"/> on.</summary>
    /// <exception cref="ModelFormatException">The file ends before.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        Check(offset, destination.Length);
        while (destination.Length > 0)
        {
            int read = RandomAccess.Read(_file, destination, offset);
            if (read == 0)
            {
                throw new ModelFormatException("the file became shorter while it was read", Path, offset: offset);
            }

            offset += read;
            destination = destination[read..];
        }
    }

    public void CopyTo(long offset, long length, Stream destination)
    {
        byte[] buffer = new byte[Math.Min(CopyChunk, length)];
        for (long done = 0; done < length; done += buffer.Length)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - done));
            Read(offset + done, part);
            destination.Write(part);
        }
    }

    public void Dispose()
    {
        lock (_mapping)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _handle?.ReleasePointer();
            _view?.Dispose();
            _map?.Dispose();
            _file.Dispose();
        }
    }

    private void Check(long offset, long length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (offset < 0 || length < 0 || offset > Length - length)
        {
            throw new ModelFormatException($"{length} bytes are asked for, but the file has {Length}; it is probably truncated", Path, offset: offset);
        }
    }

    private byte* Map()
    {
        lock (_mapping)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_start == null)
            {
                _map = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
                _view = _map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
                _handle = _view.SafeMemoryMappedViewHandle;
                byte* start = null;
                _handle.AcquirePointer(ref start);
                _start = start + _view.PointerOffset;
            }

            return _start;
        }
    }
}
