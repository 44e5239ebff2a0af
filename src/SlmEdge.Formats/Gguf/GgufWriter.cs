using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Formats.Gguf;

/// <summary>
/// Writes a GGUF version 3 file: metadata and tensors are collected, then streamed to the disk in one pass; atomic. Alignment 32.
/// Not thread-safe.
/// </summary>
public sealed class GgufWriter
{
    private readonly List<string> _keys = [];
    private readonly Dictionary<string, (GgufValueType Type, Action<Stream> Write)> _values = new(StringComparer.Ordinal);
    private readonly List<(string Name, GgmlType Type, long[] Dimensions, long ByteLength, Action<Stream> Write)> _tensors = [];
    private readonly HashSet<string> _tensorNames = new(StringComparer.Ordinal);

    /// <summary>Sets a string. Setting a key again replaces its value.</summary>
    public void Set(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Put(key, GgufValueType.String, stream => WriteText(stream, value));
    }

    /// <summary>Sets an unsigned 32-bit integer.</summary>
    public void Set(string key, uint value) => Put(key, GgufValueType.UInt32, stream => WriteUInt32(stream, value));

    /// <summary>Sets a signed 32-bit integer.</summary>
    public void Set(string key, int value) => Put(key, GgufValueType.Int32, stream => WriteUInt32(stream, unchecked((uint)value)));

    /// <summary>Sets an unsigned 64-bit integer.</summary>
    public void Set(string key, ulong value) => Put(key, GgufValueType.UInt64, stream => WriteUInt64(stream, value));

    /// <summary>Sets a signed 64-bit integer.</summary>
    public void Set(string key, long value) => Put(key, GgufValueType.Int64, stream => WriteUInt64(stream, unchecked((ulong)value)));

    /// <summary>Sets a 32-bit float.</summary>
    public void Set(string key, float value) => Put(key, GgufValueType.Float32, stream => WriteUInt32(stream, BitConverter.SingleToUInt32Bits(value)));

    /// <summary>Sets a boolean.</summary>
    public void Set(string key, bool value) => Put(key, GgufValueType.Bool, stream => stream.WriteByte(value ? (byte)1 : (byte)0));

    /// <summary>Sets an array of strings.</summary>
    public void Set(string key, string[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Put(key, GgufValueType.Array, stream =>
        {
            WriteUInt32(stream, (uint)GgufValueType.String);
            WriteUInt64(stream, (ulong)value.Length);
            foreach (string text in value)
            {
                WriteText(stream, text);
            }
        });
    }

    /// <summary>Sets an array of signed 32-bit integers.</summary>
    public void Set(string key, int[] value) => PutArray<int>(key, GgufValueType.Int32, value);

    /// <summary>Sets an array of unsigned 32-bit integers.</summary>
    public void Set(string key, uint[] value) => PutArray<uint>(key, GgufValueType.UInt32, value);

    /// <summary>Sets an array of 32-bit floats.</summary>
    public void Set(string key, float[] value) => PutArray<float>(key, GgufValueType.Float32, value);

    /// <summary>Sets a value as another file has it, byte for byte; the alignment is left out, since it is always 32 here.</summary>
    /// <param name="key">A key of that file.</param>
    /// <param name="source">The file; must stay open until this one is written.</param>
    /// <exception cref="ModelFormatException">The file has no such key.</exception>
    public void Set(string key, GgufFile source)
    {
        ArgumentNullException.ThrowIfNull(source);
        GgufValue value = source.Metadata.GetValueOrDefault(key) ?? throw new ModelFormatException("there is no such key in the file", source.Path, key);
        if (key != GgufFacts.AlignmentKey)
        {
            Put(key, value.Type, stream => source.CopyValueTo(key, stream));
        }
    }

    /// <summary>Adds a tensor.</summary>
    /// <param name="name">The name, at most 63 bytes.</param>
    /// <param name="type">The element type.</param>
    /// <param name="dimensions">One to four dimensions in ggml's order: the first is the contiguous one.</param>
    /// <param name="write">Writes exactly the tensor's bytes; called once, when its turn comes.</param>
    /// <exception cref="ArgumentException">The name or the dimensions cannot be written, or the name stands twice.</exception>
    public void AddTensor(string name, GgmlType type, long[] dimensions, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        ArgumentNullException.ThrowIfNull(dimensions);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (Encoding.UTF8.GetByteCount(name) > GgufFacts.MaxTensorNameBytes || name.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException($"The tensor name '{name}' is longer than {GgufFacts.MaxTensorNameBytes} bytes or holds a zero.", nameof(name));
        }

        if (dimensions.Length is 0 or > GgufFacts.MaxDimensions || dimensions.Any(d => d <= 0))
        {
            throw new ArgumentException($"The tensor '{name}' must have one to four positive dimensions.", nameof(dimensions));
        }

        long length = GgmlTypes.ByteLength(type, dimensions);
        if (!_tensorNames.Add(name))
        {
            throw new ArgumentException($"The tensor '{name}' was added before.", nameof(name));
        }

        _tensors.Add((name, type, [.. dimensions], length, write));
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="InvalidOperationException">A tensor wrote another number of bytes than its type and dimensions need.</exception>
    /// <exception cref="IOException">The disk is full or cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        stream.Write(GgufFacts.Magic);
        WriteUInt32(stream, GgufFacts.Version);
        WriteUInt64(stream, (ulong)_tensors.Count);
        WriteUInt64(stream, (ulong)_keys.Count);
        foreach (string key in _keys)
        {
            var (type, write) = _values[key];
            WriteText(stream, key);
            WriteUInt32(stream, (uint)type);
            write(stream);
        }

        long offset = 0;
        foreach (var tensor in _tensors)
        {
            WriteText(stream, tensor.Name);
            WriteUInt32(stream, (uint)tensor.Dimensions.Length);
            foreach (long dimension in tensor.Dimensions)
            {
                WriteUInt64(stream, (ulong)dimension);
            }

            WriteUInt32(stream, (uint)tensor.Type);
            WriteUInt64(stream, (ulong)offset);
            offset = checked(offset + Padded(tensor.ByteLength));
        }

        Pad(stream);
        foreach (var tensor in _tensors)
        {
            long before = stream.Position;
            tensor.Write(stream);
            long written = stream.Position - before;
            if (written != tensor.ByteLength)
            {
                throw new InvalidOperationException($"The tensor '{tensor.Name}' wrote {written} bytes; its type and dimensions need {tensor.ByteLength}.");
            }

            Pad(stream);
        }
    });

    private static long Padded(long length) => (length + GgufFacts.DefaultAlignment - 1) / GgufFacts.DefaultAlignment * GgufFacts.DefaultAlignment;

    private static void Pad(Stream stream)
    {
        Span<byte> zeros = stackalloc byte[GgufFacts.DefaultAlignment];
        zeros.Clear();
        stream.Write(zeros[..(int)(Padded(stream.Position) - stream.Position)]);
    }

    private static void WriteUInt32(Stream stream, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void WriteUInt64(Stream stream, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void WriteText(Stream stream, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        WriteUInt64(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private void PutArray<T>(string key, GgufValueType type, T[] value)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("GGUF files are written on little-endian machines only.");
        }

        Put(key, GgufValueType.Array, stream =>
        {
            WriteUInt32(stream, (uint)type);
            WriteUInt64(stream, (ulong)value.Length);
            stream.Write(MemoryMarshal.AsBytes<T>(value));
        });
    }

    private void Put(string key, GgufValueType type, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (key == GgufFacts.AlignmentKey)
        {
            throw new ArgumentException($"The alignment is always {GgufFacts.DefaultAlignment}.", nameof(key));
        }

        if (Encoding.UTF8.GetByteCount(key) > GgufFacts.MaxKeyBytes)
        {
            throw new ArgumentException($"A key must not be longer than {GgufFacts.MaxKeyBytes} bytes.", nameof(key));
        }

        if (_values.TryAdd(key, (type, write)))
        {
            _keys.Add(key);
        }
        else
        {
            _values[key] = (type, write);
        }
    }
}
