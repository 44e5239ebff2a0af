using System.Globalization;
using SlmEdge.Formats.Protobuf;

namespace SlmEdge.Formats.Onnx;

/// <summary>Reads the constants of a model, and checks that the data of each lies in the file or in one beside it.</summary>
internal sealed class OnnxTensorParser(string path, OnnxLimits limits)
{
    private readonly string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
    private readonly Dictionary<string, long> externalLengths = new(StringComparer.Ordinal);
    private int tensors;

    /// <summary>The full paths of the data files that the constants refer to.</summary>
    public IReadOnlyList<string> ExternalFiles => [.. externalLengths.Keys.Order(StringComparer.Ordinal).Select(name => Path.Combine(folder, name))];

    public OnnxTensor Read(WireReader reader)
    {
        if (++tensors > limits.MaxTensors)
        {
            throw reader.Wrong($"the model has more than {limits.MaxTensors} constants");
        }

        string name = string.Empty;
        long type = 0;
        long rawOffset = -1;
        long rawLength = 0;
        long location = 0;
        var shape = new List<long>();
        var external = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case OnnxFields.Tensor.Dims:
                    reader.Integers(shape, limits.MaxDimensions);
                    break;
                case OnnxFields.Tensor.DataType:
                    type = reader.Integer();
                    break;
                case OnnxFields.Tensor.Name:
                    name = reader.Text();
                    break;
                case OnnxFields.Tensor.RawData:
                    rawLength = reader.Bytes().Length;
                    rawOffset = reader.Offset - rawLength;
                    break;
                case OnnxFields.Tensor.ExternalData:
                    var (key, value) = OnnxEntryParser.Read(reader.Message());
                    external[key] = value;
                    break;
                case OnnxFields.Tensor.DataLocation:
                    location = reader.Integer();
                    break;
                case OnnxFields.Tensor.Segment:
                    throw reader.Wrong($"the constant '{name}' is segmented, which no runtime supports");
                default:
                    reader.Skip();
                    break;
            }
        }

        long length = ByteLength(name, (OnnxDataType)type, shape);
        if (location == OnnxExternalData.External || external.Count > 0)
        {
            return ExternalTensor(name, (OnnxDataType)type, shape, length, external);
        }

        if (rawOffset >= 0 && rawLength != length)
        {
            throw new ModelFormatException($"its type and shape need {length} bytes, but it has {rawLength}", path, name, rawOffset);
        }

        return new OnnxTensor(name, (OnnxDataType)type, shape, null, rawOffset, length);
    }

    public string ReadSparse(WireReader reader)
    {
        string name = string.Empty;
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case OnnxFields.SparseTensor.Values:
                    name = Read(reader.Message()).Name;
                    break;
                case OnnxFields.SparseTensor.Indices:
                    Read(reader.Message());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return name;
    }

    private long ByteLength(string name, OnnxDataType type, List<long> shape)
    {
        int bits = OnnxDataTypes.BitsPerElement(type);
        if (bits == 0 && type != OnnxDataType.String)
        {
            throw new ModelFormatException($"the constant has the unknown type {(int)type}", path, name);
        }

        long elements = 1;
        foreach (long dimension in shape)
        {
            if (dimension < 0 || (dimension > 0 && elements > long.MaxValue / 16 / dimension))
            {
                throw new ModelFormatException("a dimension of the constant is negative, or its size overflows", path, name);
            }

            elements *= dimension;
        }

        return type == OnnxDataType.String ? 0 : OnnxDataTypes.ByteLength(type, shape);
    }

    private OnnxTensor ExternalTensor(string name, OnnxDataType type, List<long> shape, long length, Dictionary<string, string> external)
    {
        ModelFormatException Wrong(string message) => new(message, path, name);
        if (type == OnnxDataType.String)
        {
            throw Wrong("strings cannot be external data");
        }

        if (!external.TryGetValue("location", out string? location) || !OnnxExternalData.IsPlainName(location))
        {
            throw Wrong($"its external data is at '{location}'; only a file in the model's own folder is accepted");
        }

        long offset = Number(external, "offset") ?? 0;
        long stated = Number(external, "length") ?? length;
        long available = ExternalLength(location, name);
        if (stated != length || offset > available || length > available - offset)
        {
            throw Wrong($"its {length} bytes (stated: {stated}) at offset {offset} do not lie inside '{location}' of {available} bytes; the file is truncated or does not belong to this model");
        }

        return new OnnxTensor(name, type, shape, location, offset, length);

        long? Number(Dictionary<string, string> entries, string key) => !entries.TryGetValue(key, out string? text)
            ? null
            : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw Wrong($"the {key} '{text}' of its external data is not a number");
    }

    private long ExternalLength(string location, string tensor)
    {
        if (externalLengths.TryGetValue(location, out long length))
        {
            return length;
        }

        var file = new FileInfo(Path.Combine(folder, location));
        if (!file.Exists)
        {
            throw new ModelFormatException($"the data file '{location}' is missing", path, tensor);
        }

        // A link is followed only as far as it stays in the folder.
        if (file.ResolveLinkTarget(returnFinalTarget: true) is { } target && Path.GetDirectoryName(target.FullName) != folder)
        {
            throw new ModelFormatException($"the data file '{location}' is a link that leaves the model's folder", path, tensor);
        }

        length = file.LinkTarget is null ? file.Length : new FileInfo(file.ResolveLinkTarget(returnFinalTarget: true)!.FullName).Length;
        externalLengths.Add(location, length);
        return length;
    }
}
