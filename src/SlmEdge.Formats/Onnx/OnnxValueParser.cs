using SlmEdge.Formats.Protobuf;

namespace SlmEdge.Formats.Onnx;

/// <summary>Reads the inputs and outputs of a graph: names, types and shapes.</summary>
internal sealed class OnnxValueParser(string path, OnnxLimits limits)
{
    public OnnxValue Read(WireReader reader, bool requireTensor)
    {
        string name = string.Empty;
        (long Type, List<OnnxDimension>? Shape)? tensor = null;
        while (reader.Next(out int field))
        {
            switch (field)
            {
                case OnnxFields.Value.Name:
                    name = reader.Text();
                    break;
                case OnnxFields.Value.Type:
                    tensor = ReadTensorType(reader.Message());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (name.Length == 0)
        {
            throw reader.Wrong("an input or output has no name");
        }

        if (requireTensor && tensor is null)
        {
            throw new ModelFormatException("the input or output is not a tensor", path, name);
        }

        return new OnnxValue(name, (OnnxDataType)(tensor?.Type ?? 0), tensor?.Shape);
    }

    private (long Type, List<OnnxDimension>? Shape)? ReadTensorType(WireReader reader)
    {
        (long, List<OnnxDimension>?)? result = null;
        while (reader.Next(out int field))
        {
            if (field != OnnxFields.Type.TensorType)
            {
                reader.Skip();
                continue;
            }

            long type = 0;
            List<OnnxDimension>? shape = null;
            WireReader tensor = reader.Message();
            while (tensor.Next(out int part))
            {
                switch (part)
                {
                    case OnnxFields.TensorType.ElementType:
                        type = tensor.Integer();
                        break;
                    case OnnxFields.TensorType.Shape:
                        shape = ReadShape(tensor.Message());
                        break;
                    default:
                        tensor.Skip();
                        break;
                }
            }

            if (type is <= 0 or > (long)OnnxDataType.Float4E2M1)
            {
                throw reader.Wrong($"a tensor type has the unknown element type {type}");
            }

            result = (type, shape);
        }

        return result;
    }

    private List<OnnxDimension> ReadShape(WireReader reader)
    {
        var shape = new List<OnnxDimension>();
        while (reader.Next(out int field))
        {
            if (field != OnnxFields.Shape.Dimension)
            {
                reader.Skip();
                continue;
            }

            OnnxDimension dimension = default;
            WireReader part = reader.Message();
            while (part.Next(out int kind))
            {
                switch (kind)
                {
                    case OnnxFields.Dimension.Value:
                        long size = part.Integer();
                        dimension = size >= 0 ? size : throw part.Wrong($"a dimension is {size}");
                        break;
                    case OnnxFields.Dimension.Name:
                        string name = part.Text();
                        dimension = name.Length > 0 ? name : default(OnnxDimension);
                        break;
                    default:
                        part.Skip();
                        break;
                }
            }

            shape.Add(dimension);
            if (shape.Count > limits.MaxDimensions)
            {
                throw reader.Wrong($"a shape has more than {limits.MaxDimensions} dimensions");
            }
        }

        return shape;
    }
}
