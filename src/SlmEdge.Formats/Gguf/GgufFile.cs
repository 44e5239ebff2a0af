using SlmEdge.Formats.Gguf.Blocks;
using SlmEdge.Formats.Storage;

namespace SlmEdge.Formats.Gguf;

/// <summary>
/// A GGUF file (version 2 or 3, little-endian), memory-mapped. Everything in the header is checked when the file is opened: counts, lengths,
/// types, duplicate names, alignment, and that every tensor lies inside the file. Format: the GGUF specification (docs/gguf.md in ggml).
/// Reading is thread-safe; spans must not be used after <see cref="Dispose"/>.
/// </summary>
public sealed class GgufFile : IDisposable
{
    private readonly MappedFile _file;
    private readonly Dictionary<string, GgufTensor> _byName;
    private readonly Dictionary<string, (long Offset, long Length)> _values;

    private GgufFile(
        MappedFile file, uint version, Dictionary<string, GgufValue> metadata, Dictionary<string, (long Offset, long Length)> values, List<GgufTensor> tensors)
    {
        _file = file;
        _values = values;
        Version = version;
        Metadata = metadata;
        Tensors = tensors;
        _byName = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The file's path.</summary>
    public string Path => _file.Path;

    /// <summary>The format version of the file, 2 or 3.</summary>
    public uint Version { get; }

    /// <summary>The metadata by key.</summary>
    public IReadOnlyDictionary<string, GgufValue> Metadata { get; }

    /// <summary>The tensors in the order of the file.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>Opens and checks a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">What it may ask for; null for the defaults.</param>
    /// <exception cref="ModelFormatException">The file is malformed, truncated, or exceeds a limit.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static GgufFile Open(string path, GgufLimits? limits = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new MappedFile(path);
        try
        {
            return Read(file, limits ?? new GgufLimits());
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Checks a file before native code reads it: its structure, and the things about its vocabulary at which libllama would
    /// end the process instead of returning an error (tokens that stand twice, lists of different lengths, contradicting hyperparameters, vectors of types it cannot compute with).
    /// </summary>
    /// <exception cref="ModelFormatException">The file must not be given to native code.</exception>
    public static void Verify(string path, GgufLimits? limits = null)
    {
        using GgufFile file = Open(path, limits);
        file.Verify();
    }

    /// <summary>What <see cref="Verify(string, GgufLimits?)"/> checks beyond the structure, which was checked when the file was opened.</summary>
    /// <exception cref="ModelFormatException">The file must not be given to native code.</exception>
    public void Verify()
    {
        GgufHyperparameterCheck.Check(this);
        GgufVocabularyCheck.Check(this);
        GgufTensorCheck.Check(this);
    }

    /// <summary>Finds a tensor.</summary>
    /// <exception cref="ModelFormatException">There is none of that name.</exception>
    public GgufTensor GetTensor(string name) =>
        _byName.TryGetValue(name, out GgufTensor? tensor) ? tensor : throw new ModelFormatException("there is no such tensor in the file", Path, name);

    /// <summary>Copies the bytes of a metadata value as they stand in the file, without its type: to take it over or to hash it.</summary>
    /// <exception cref="ModelFormatException">There is no such key.</exception>
    public void CopyValueTo(string key, Stream destination)
    {
        (long offset, long length) = _values.TryGetValue(key, out var range) ? range : throw new ModelFormatException("there is no such key in the file", Path, key);
        _file.CopyTo(offset, length, destination);
    }

    /// <summary>The raw bytes of a tensor of at most 2 GiB.</summary>
    /// <exception cref="ModelFormatException">There is no such tensor, or it is too large for one span.</exception>
    public ReadOnlySpan<byte> GetBytes(string name)
    {
        GgufTensor tensor = GetTensor(name);
        return _file.Slice(tensor.Offset, tensor.ByteLength);
    }

    /// <summary>Raw bytes of whole blocks out of a tensor of any size.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="first">Index of the first element in the file's order; at the begin of a block.</param>
    /// <param name="count">Number of elements; whole blocks, of at most 2 GiB.</param>
    /// <exception cref="ModelFormatException">There is no such tensor, or the run does not lie in it or cuts a block.</exception>
    public ReadOnlySpan<byte> GetBlocks(string name, long first, long count)
    {
        GgufTensor tensor = GetTensor(name);
        int block = GgmlTypes.BlockSize(tensor.Type);
        int bytes = GgmlTypes.BytesPerBlock(tensor.Type);
        long elements = tensor.ByteLength / bytes * block;
        if (first < 0 || count < 0 || first > elements - count || first % block != 0 || count % block != 0)
        {
            throw new ModelFormatException(
                $"the elements {first} to {first + count} are not whole {tensor.Type} blocks of {block} among its {elements}", Path, name, tensor.Offset);
        }

        return _file.Slice(tensor.Offset + (first / block * bytes), count / block * bytes);
    }

    /// <summary>Reads whole blocks as single precision, for which only these are touched.</summary>
    /// <param name="name">The tensor, of one of <see cref="GgmlBlocks.Types"/>.</param>
    /// <param name="first">Index of the first element in the file's order; at the begin of a block.</param>
    /// <param name="values">Filled; whole blocks.</param>
    /// <exception cref="ModelFormatException">There is no such tensor, it is of another type, or the run does not lie in it or cuts a block.</exception>
    public void ReadFloat32(string name, long first, Span<float> values)
    {
        GgufTensor tensor = GetTensor(name);
        if (!GgmlBlocks.IsSupported(tensor.Type))
        {
            throw new ModelFormatException($"is {tensor.Type}; weights are read from {string.Join(", ", GgmlBlocks.Types)}", Path, name);
        }

        GgmlBlocks.Dequantize(tensor.Type, GetBlocks(name, first, values.Length), values);
    }

    /// <summary>Copies the raw bytes of a tensor of any size.</summary>
    /// <exception cref="ModelFormatException">There is no such tensor.</exception>
    public void CopyTo(string name, Stream destination)
    {
        GgufTensor tensor = GetTensor(name);
        _file.CopyTo(tensor.Offset, tensor.ByteLength, destination);
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose() => _file.Dispose();

    private static GgufFile Read(MappedFile file, GgufLimits limits)
    {
        var cursor = new GgufCursor(file, limits);
        if (!cursor.Take(4, "the magic number").SequenceEqual(GgufFacts.Magic))
        {
            throw new ModelFormatException("the file does not begin with 'GGUF'; it is not a GGUF file", file.Path, offset: 0);
        }

        uint version = cursor.UInt32("the version");
        if (version is not (2 or 3))
        {
            throw cursor.Wrong($"the version is {version}; 2 and 3 in little-endian order are supported", -4);
        }

        int tensorCount = cursor.Count("the number of tensors", limits.MaxTensors);
        int entryCount = cursor.Count("the number of metadata entries", limits.MaxMetadataEntries);
        var metadata = new Dictionary<string, GgufValue>(StringComparer.Ordinal);
        var values = new Dictionary<string, (long Offset, long Length)>(StringComparer.Ordinal);
        for (int i = 0; i < entryCount; i++)
        {
            string key = cursor.Text("a metadata key", GgufFacts.MaxKeyBytes);
            if (key.Length == 0)
            {
                throw cursor.Wrong("a metadata key is empty");
            }

            long start = cursor.Position + sizeof(uint);
            if (!metadata.TryAdd(key, cursor.Value(key)))
            {
                throw new ModelFormatException("the metadata key stands twice", file.Path, key, cursor.Position);
            }

            values.Add(key, (start, cursor.Position - start));
        }

        long alignment = Alignment(metadata, file.Path);
        return new GgufFile(file, version, metadata, values, ReadTensors(file, cursor, tensorCount, alignment));
    }

    private static long Alignment(Dictionary<string, GgufValue> metadata, string path)
    {
        if (!metadata.TryGetValue(GgufFacts.AlignmentKey, out GgufValue? value))
        {
            return GgufFacts.DefaultAlignment;
        }

        long alignment = value.Type == GgufValueType.UInt32 ? value.AsInt64() : 0;
        return alignment is >= 1 and <= 1 << 20 && (alignment & (alignment - 1)) == 0
            ? alignment
            : throw new ModelFormatException($"must be a UINT32 power of two up to {1 << 20}, but is {value.Type} {value}", path, GgufFacts.AlignmentKey);
    }

    private static List<GgufTensor> ReadTensors(MappedFile file, GgufCursor cursor, int count, long alignment)
    {
        var described = new List<GgufTensor>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            described.Add(ReadTensor(file, cursor, names));
        }

        long dataStart = (cursor.Position + alignment - 1) / alignment * alignment;
        var tensors = new List<GgufTensor>(count);
        foreach (GgufTensor tensor in described)
        {
            if (tensor.Offset < 0 || tensor.Offset % alignment != 0)
            {
                throw new ModelFormatException($"its offset {(ulong)tensor.Offset} is not a multiple of the alignment {alignment}", file.Path, tensor.Name);
            }

            if (dataStart > file.Length || tensor.Offset > file.Length - dataStart || tensor.ByteLength > file.Length - dataStart - tensor.Offset)
            {
                throw new ModelFormatException(
                    $"its {tensor.ByteLength} bytes at offset {tensor.Offset} of the data do not lie inside the file of {file.Length} bytes; the file is truncated", file.Path, tensor.Name);
            }

            tensors.Add(tensor with { Offset = dataStart + tensor.Offset });
        }

        RefuseOverlap(file.Path, tensors);
        return tensors;
    }

    private static GgufTensor ReadTensor(MappedFile file, GgufCursor cursor, HashSet<string> names)
    {
        string name = cursor.Text("a tensor name", GgufFacts.MaxTensorNameBytes);
        ModelFormatException Wrong(string message) => new(message, file.Path, name, cursor.Position);

        // Native code compares names up to a zero byte; one inside a name could make two names the same there.
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal) || !names.Add(name))
        {
            throw Wrong("the tensor's name is empty, holds a zero byte, or stands twice");
        }

        uint dimensionCount = cursor.UInt32("the number of dimensions");
        if (dimensionCount > GgufFacts.MaxDimensions)
        {
            throw Wrong($"has {dimensionCount} dimensions; at most {GgufFacts.MaxDimensions} are allowed");
        }

        long[] dimensions = new long[dimensionCount];
        long elements = 1;
        for (int i = 0; i < dimensions.Length; i++)
        {
            ulong size = cursor.UInt64("a dimension");
            if (size == 0 || size > (ulong)(long.MaxValue / 16 / elements))
            {
                throw Wrong($"dimension {i} is {size}; it must be positive, and the number of elements must not overflow");
            }

            dimensions[i] = (long)size;
            elements *= (long)size;
        }

        var type = (GgmlType)cursor.UInt32("the type of a tensor");
        if (!GgmlTypes.IsKnown(type))
        {
            throw Wrong($"has the unknown type {(uint)type}");
        }

        int block = GgmlTypes.BlockSize(type);
        if ((dimensions.Length == 0 ? 1 : dimensions[0]) % block != 0)
        {
            throw Wrong($"its rows are not a multiple of the {block} elements of a {type} block");
        }

        ulong offset = cursor.UInt64("the offset of a tensor");
        return new GgufTensor(name, type, dimensions, unchecked((long)offset), GgmlTypes.ByteLength(type, dimensions));
    }

    private static void RefuseOverlap(string path, List<GgufTensor> tensors)
    {
        long end = 0;
        foreach (GgufTensor tensor in tensors.OrderBy(t => t.Offset))
        {
            if (tensor.Offset < end)
            {
                throw new ModelFormatException("its data overlaps another tensor's", path, tensor.Name, tensor.Offset);
            }

            end = tensor.Offset + tensor.ByteLength;
        }
    }
}
