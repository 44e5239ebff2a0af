namespace SlmEdge.Engines.OnnxRuntime.Native;

/// <summary>Name, element type and shape of a model's input or output; a dimension of -1 is free.</summary>
internal sealed record OrtTensorInfo(string Name, OrtElementType Type, long[] Shape)
{
    internal static unsafe long[] ReadShape(nint info)
    {
        nuint count;
        OrtEnvironment.Check(
            ((delegate* unmanaged<nint, nuint*, nint>)OrtEnvironment.Function(OrtFunction.GetDimensionsCount))(info, &count),
            "count dimensions");
        var shape = new long[count];
        fixed (long* dimensions = shape)
        {
            OrtEnvironment.Check(
                ((delegate* unmanaged<nint, long*, nuint, nint>)OrtEnvironment.Function(OrtFunction.GetDimensions))(info, dimensions, count),
                "read dimensions");
        }

        return shape;
    }
}
