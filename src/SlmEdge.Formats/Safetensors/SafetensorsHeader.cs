using System.Buffers.Binary;
using System.Text.Json;

namespace SlmEdge.Formats.Safetensors;

/// <summary>
/// The header of a safetensors file, checked as the format's specification asks (https://github.com/huggingface/safetensors):
/// eight bytes of little-endian length, then that many bytes of JSON that starts with '{'; the tensors' data offsets
/// cover the rest of the file exactly, without holes and without overlap.
/// </summary>
internal static class SafetensorsHeader
{
    public const int LengthBytes = 8;

    /// <summary>The limit of the reference implementation.</summary>
    public const long MaxHeaderBytes = 100_000_000;

    private const int MaxDimensions = 16;

    public static (Dictionary<string, SafetensorsTensor> Tensors, Dictionary<string, string> Metadata) Parse(
        ReadOnlySpan<byte> prefix, Func<long, byte[]> readHeader, long fileLength, string file)
    {
        if (prefix.Length < LengthBytes)
        {
            throw new ModelFormatException($"the file has only {fileLength} bytes; it is not a safetensors file or is truncated", file);
        }

        ulong declared = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (declared > (ulong)Math.Min(MaxHeaderBytes, fileLength - LengthBytes))
        {
            throw new ModelFormatException($"the header claims {declared} bytes, but the file has {fileLength}; it is not a safetensors file or is truncated", file, offset: 0);
        }

        byte[] header = readHeader((long)declared);
        if (header.Length == 0 || header[0] != (byte)'{')
        {
            throw new ModelFormatException("the header does not start with '{'; this is not a safetensors file", file, offset: LengthBytes);
        }

        JsonElement root = BoundedJson.ParseModelFile(header, file);
        var tensors = new Dictionary<string, SafetensorsTensor>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        long dataStart = LengthBytes + header.Length;
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                ReadMetadata(property.Value, metadata, file);
            }
            else
            {
                tensors.Add(property.Name, ReadTensor(property.Name, property.Value, dataStart, fileLength, file));
            }
        }

        CheckCoverage(tensors.Values, dataStart, fileLength, file);
        return (tensors, metadata);
    }

    private static void ReadMetadata(JsonElement element, Dictionary<string, string> metadata, string file)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new ModelFormatException("must be an object of strings", file, "__metadata__");
        }

        foreach (JsonProperty entry in element.EnumerateObject())
        {
            metadata.Add(entry.Name, entry.Value.ValueKind == JsonValueKind.String
                ? entry.Value.GetString()!
                : throw new ModelFormatException($"the value of '{entry.Name}' must be a string", file, "__metadata__"));
        }
    }

    private static SafetensorsTensor ReadTensor(string name, JsonElement element, long dataStart, long fileLength, string file)
    {
        ModelFormatException Wrong(string message) => new(message, file, name);
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("dtype", out JsonElement typeElement) || typeElement.ValueKind != JsonValueKind.String
            || !element.TryGetProperty("shape", out JsonElement shapeElement) || shapeElement.ValueKind != JsonValueKind.Array
            || !element.TryGetProperty("data_offsets", out JsonElement offsets) || offsets.ValueKind != JsonValueKind.Array)
        {
            throw Wrong("must have dtype, shape and data_offsets");
        }

        string typeName = typeElement.GetString()!;
        if (!SafetensorsTypes.TryParse(typeName, out SafetensorsType type))
        {
            throw Wrong($"the element type {typeName} is not supported; convert the tensor to F32, F16 or BF16");
        }

        if (shapeElement.GetArrayLength() > MaxDimensions)
        {
            throw Wrong($"has {shapeElement.GetArrayLength()} dimensions; at most {MaxDimensions} are supported");
        }

        var shape = new List<long>();
        long bytes = SafetensorsTypes.ByteSize(type);
        foreach (JsonElement dimension in shapeElement.EnumerateArray())
        {
            if (dimension.ValueKind != JsonValueKind.Number || !dimension.TryGetInt64(out long size) || size < 0)
            {
                throw Wrong("a dimension is not a non-negative integer");
            }

            shape.Add(size);
            if (size != 0 && bytes > long.MaxValue / size)
            {
                throw Wrong("the shape overflows");
            }

            bytes *= size;
        }

        if (offsets.GetArrayLength() != 2
            || offsets[0].ValueKind != JsonValueKind.Number || !offsets[0].TryGetInt64(out long begin)
            || offsets[1].ValueKind != JsonValueKind.Number || !offsets[1].TryGetInt64(out long end)
            || begin < 0 || end < begin)
        {
            throw Wrong("data_offsets must be [begin, end] with 0 <= begin <= end");
        }

        if (end > fileLength - dataStart)
        {
            throw Wrong($"its data ends at byte {end} of the data section, which has {fileLength - dataStart}; the file is truncated");
        }

        if (end - begin != bytes)
        {
            throw Wrong($"its shape and type need {bytes} bytes, but data_offsets hold {end - begin}");
        }

        return new SafetensorsTensor(name, type, shape, dataStart + begin, bytes);
    }

    private static void CheckCoverage(IEnumerable<SafetensorsTensor> tensors, long dataStart, long fileLength, string file)
    {
        long position = dataStart;
        foreach (SafetensorsTensor tensor in tensors.OrderBy(t => t.Offset).ThenBy(t => t.ByteLength))
        {
            if (tensor.Offset != position)
            {
                throw new ModelFormatException("its data overlaps another tensor's or leaves a hole before it", file, tensor.Name, tensor.Offset);
            }

            position += tensor.ByteLength;
        }

        if (position != fileLength)
        {
            throw new ModelFormatException($"{fileLength - position} bytes after the last tensor belong to no tensor", file, offset: position);
        }
    }
}
