using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using SlmEdge.Formats.Numerics;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Formats.Safetensors;

/// <summary>
/// A safetensors file. The header is checked completely when the file is opened, so that no tensor can point outside it. Values are copied by
/// ordinary reads, all of a tensor or a part; only <see cref="GetBytes"/> maps the file into memory.
/// Reading is thread-safe; spans must not be used after <see cref="Dispose"/>.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private const int ReadChunk = 1 << 20;

    private readonly MappedFile _file;

    private SafetensorsFile(MappedFile file, Dictionary<string, SafetensorsTensor> tensors, Dictionary<string, string> metadata)
    {
        _file = file;
        Tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>The file's path.</summary>
    public string Path => _file.Path;

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <summary>The strings of <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="ModelFormatException">The file is malformed or truncated.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new MappedFile(path);
        try
        {
            byte[] prefix = Bytes(0, Math.Min(SafetensorsHeader.LengthBytes, file.Length));
            var (tensors, metadata) = SafetensorsHeader.Parse(prefix, length => Bytes(SafetensorsHeader.LengthBytes, length), file.Length, path);
            return new SafetensorsFile(file, tensors, metadata);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        byte[] Bytes(long offset, long length)
        {
            byte[] bytes = new byte[length];
            file.Read(offset, bytes);
            return bytes;
        }
    }

    /// <summary>The raw little-endian bytes of a tensor of at most 2 GiB.</summary>
    /// <exception cref="ModelFormatException">There is no such tensor, or it is too large for one span.</exception>
    public ReadOnlySpan<byte> GetBytes(string name)
    {
        SafetensorsTensor tensor = Find(name);
        return _file.Slice(tensor.Offset, tensor.ByteLength);
    }

    /// <summary>Copies the raw bytes of a tensor of any size.</summary>
    /// <exception cref="ModelFormatException">There is no such tensor.</exception>
    public void CopyTo(string name, Stream destination)
    {
        SafetensorsTensor tensor = Find(name);
        _file.CopyTo(tensor.Offset, tensor.ByteLength, destination);
    }

    /// <summary>Reads a floating-point tensor (F64, F32, F16, BF16) as single precision.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="destination">Receives the elements, row-major; its length must be the element count.</param>
    /// <exception cref="ModelFormatException">There is no such tensor, or it is not of a floating-point type.</exception>
    public void ReadFloat32(string name, Span<float> destination)
    {
        SafetensorsTensor tensor = Find(name);
        if (destination.Length != tensor.ElementCount)
        {
            throw new ArgumentException($"'{name}' has {tensor.ElementCount} elements, the destination {destination.Length}.", nameof(destination));
        }

        ReadFloat32(name, 0, destination);
    }

    /// <summary>Reads a part of a floating-point tensor as single precision; nothing else of it is touched.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="first">The first element, in row-major order.</param>
    /// <param name="destination">Receives as many elements as it holds.</param>
    /// <exception cref="ModelFormatException">There is no such tensor, or it is not of a floating-point type.</exception>
    public void ReadFloat32(string name, long first, Span<float> destination)
    {
        SafetensorsTensor tensor = Find(name);
        CheckPart(tensor, first, destination.Length, tensor.ElementCount);
        int size = SafetensorsTypes.ByteSize(tensor.Type);
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(ReadChunk, (long)destination.Length * size));
        for (int done = 0, count; done < destination.Length; done += count)
        {
            count = Math.Min(buffer.Length / size, destination.Length - done);
            Span<byte> bytes = buffer.AsSpan(0, count * size);
            _file.Read(tensor.Offset + ((first + done) * size), bytes);
            Convert(tensor, bytes, destination.Slice(done, count));
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Copies a part of a tensor's raw little-endian bytes.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="first">The first byte, counted from the tensor's own start.</param>
    /// <param name="destination">Receives as many bytes as it holds.</param>
    /// <exception cref="ModelFormatException">There is no such tensor.</exception>
    public void ReadBytes(string name, long first, Span<byte> destination)
    {
        SafetensorsTensor tensor = Find(name);
        CheckPart(tensor, first, destination.Length, tensor.ByteLength);
        _file.Read(tensor.Offset + first, destination);
    }

    /// <summary>Reads a floating-point tensor as a new array, row-major.</summary>
    /// <exception cref="ModelFormatException">There is no such tensor, or it is not of a floating-point type.</exception>
    public float[] ReadFloat32(string name)
    {
        SafetensorsTensor tensor = Find(name);
        if (tensor.ElementCount > Array.MaxLength)
        {
            throw new ModelFormatException($"its {tensor.ElementCount} elements do not fit into one array", Path, name);
        }

        float[] values = new float[tensor.ElementCount];
        ReadFloat32(name, values);
        return values;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static void CheckPart(SafetensorsTensor tensor, long first, long count, long available)
    {
        if (first < 0 || first > available - count)
        {
            throw new ArgumentOutOfRangeException(nameof(first), first, $"'{tensor.Name}' has {available}; {count} from there on are more than it has.");
        }
    }

    private void Convert(SafetensorsTensor tensor, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("Safetensors are little-endian; this machine is not.");
        }

        switch (tensor.Type)
        {
            case SafetensorsType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(values));
                break;
            case SafetensorsType.F16:
                Float16Conversion.ToSingle(MemoryMarshal.Cast<byte, ushort>(bytes), values);
                break;
            case SafetensorsType.BF16:
                BFloat16Conversion.ToSingle(MemoryMarshal.Cast<byte, ushort>(bytes), values);
                break;
            case SafetensorsType.F64:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(bytes), values);
                break;
            default:
                throw new ModelFormatException($"is of type {tensor.Type}, where a floating-point type is needed", Path, tensor.Name);
        }
    }

    private SafetensorsTensor Find(string name) =>
        Tensors.TryGetValue(name, out SafetensorsTensor? tensor) ? tensor : throw new ModelFormatException("there is no such tensor in the file", Path, name);
}
