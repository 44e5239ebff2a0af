namespace SlmEdge.Engines.OnnxRuntime.Native;

/// <summary>A tensor of ONNX Runtime: over pinned memory of ours (an input) or memory of its own (an output).</summary>
internal sealed unsafe class OrtTensor : IDisposable
{
    // Inputs do not own their memory: holding the array keeps it from being collected.
    private readonly Array? memory;
    private readonly SafeOrtHandle value;

    private OrtTensor(SafeOrtHandle value, Array? memory)
    {
        this.value = value;
        this.memory = memory;
    }

    internal nint Pointer => value.Pointer;

    /// <summary>Wraps pinned memory.</summary>
    /// <param name="memoryInfo">ONNX Runtime's description of CPU memory.</param>
    /// <param name="pinned">An array allocated pinned; at least as long as the shape asks for.</param>
    /// <param name="shape">The dimensions.</param>
    internal static OrtTensor Over<T>(SafeOrtHandle memoryInfo, T[] pinned, ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        long count = 1;
        foreach (var dimension in shape)
        {
            count = checked(count * dimension);
        }

        if (count > pinned.Length)
        {
            throw new ArgumentException($"A tensor of [{string.Join(", ", shape.ToArray())}] needs {count} elements, the array has {pinned.Length}.");
        }

        nint created;
        fixed (T* data = pinned)
        fixed (long* dimensions = shape)
        {
            OrtEnvironment.Check(
                ((delegate* unmanaged<nint, void*, nuint, long*, nuint, OrtElementType, nint*, nint>)OrtEnvironment.Function(OrtFunction.CreateTensorWithDataAsOrtValue))(
                    memoryInfo.Pointer, data, (nuint)(count * sizeof(T)), dimensions, (nuint)shape.Length, TypeOf<T>(), &created),
                "create a tensor");
        }

        return new OrtTensor(new SafeOrtHandle(created, OrtFunction.ReleaseValue), pinned);
    }

    /// <summary>Takes ownership of a tensor that ONNX Runtime made.</summary>
    internal static OrtTensor Own(nint value) => new(new SafeOrtHandle(value, OrtFunction.ReleaseValue), null);

    /// <summary>The tensor's dimensions.</summary>
    internal long[] GetShape()
    {
        nint info;
        OrtEnvironment.Check(
            ((delegate* unmanaged<nint, nint*, nint>)OrtEnvironment.Function(OrtFunction.GetTensorTypeAndShape))(value.Pointer, &info),
            "describe a tensor");
        using var owned = new SafeOrtHandle(info, OrtFunction.ReleaseTensorTypeAndShapeInfo);
        return OrtTensorInfo.ReadShape(info);
    }

    /// <summary>The tensor's numbers; valid until it is disposed.</summary>
    internal ReadOnlySpan<float> GetFloats(int count)
    {
        void* data;
        OrtEnvironment.Check(
            ((delegate* unmanaged<nint, void**, nint>)OrtEnvironment.Function(OrtFunction.GetTensorMutableData))(value.Pointer, &data),
            "read a tensor");
        return new ReadOnlySpan<float>(data, count);
    }

    public void Dispose()
    {
        value.Dispose();
        GC.KeepAlive(memory);
    }

    private static OrtElementType TypeOf<T>() =>
        typeof(T) == typeof(float) ? OrtElementType.Float
        : typeof(T) == typeof(long) ? OrtElementType.Int64
        : typeof(T) == typeof(int) ? OrtElementType.Int32
        : throw new NotSupportedException($"Tensors of {typeof(T).Name} are not used.");
}
