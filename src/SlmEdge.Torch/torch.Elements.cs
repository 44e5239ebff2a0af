using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor without dimensions.</summary>
    public static Tensor tensor(float scalar, Device? device = null, bool requires_grad = false) =>
        FromElements<float>([scalar], ScalarType.Float32, [], null, device, requires_grad, null);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(float[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<float>(rawArray, ScalarType.Float32, [rawArray.Length], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(float[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<float>(rawArray, ScalarType.Float32, dimensions, dtype, device, requires_grad, names);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(IList<float> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<float>([.. rawArray], ScalarType.Float32, [rawArray.Count], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<float> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<float>([.. rawArray], ScalarType.Float32, dimensions, dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<float> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<float>([.. rawArray], ScalarType.Float32, [rows, columns], dtype, device, requires_grad, names);

    /// <summary>A tensor of three dimensions with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<float> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<float>([.. rawArray], ScalarType.Float32, [dim0, dim1, dim2], dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements.</summary>
    public static unsafe Tensor tensor(float[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        fixed (float* elements = rawArray)
        {
            return FromElements(new ReadOnlySpan<float>(elements, rawArray.Length), ScalarType.Float32, [rawArray.GetLength(0), rawArray.GetLength(1)], dtype, device, requires_grad, names);
        }
    }

    /// <summary>A tensor without dimensions.</summary>
    public static Tensor tensor(double scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromElements<double>([scalar], ScalarType.Float64, [], dtype, device, requires_grad, null);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(double[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<double>(rawArray, ScalarType.Float64, [rawArray.Length], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(double[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<double>(rawArray, ScalarType.Float64, dimensions, dtype, device, requires_grad, names);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(IList<double> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<double>([.. rawArray], ScalarType.Float64, [rawArray.Count], dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<double> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<double>([.. rawArray], ScalarType.Float64, [rows, columns], dtype, device, requires_grad, names);

    /// <summary>A tensor of three dimensions with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<double> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<double>([.. rawArray], ScalarType.Float64, [dim0, dim1, dim2], dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements.</summary>
    public static unsafe Tensor tensor(double[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        fixed (double* elements = rawArray)
        {
            return FromElements(new ReadOnlySpan<double>(elements, rawArray.Length), ScalarType.Float64, [rawArray.GetLength(0), rawArray.GetLength(1)], dtype, device, requires_grad, names);
        }
    }

    /// <summary>A tensor without dimensions.</summary>
    public static Tensor tensor(long scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromElements<long>([scalar], ScalarType.Int64, [], dtype, device, requires_grad, null);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(long[] dataArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<long>(dataArray, ScalarType.Int64, [dataArray.Length], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(long[] dataArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<long>(dataArray, ScalarType.Int64, dimensions, dtype, device, requires_grad, names);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(IList<long> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<long>([.. rawArray], ScalarType.Int64, [rawArray.Count], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<long> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<long>([.. rawArray], ScalarType.Int64, dimensions, dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<long> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<long>([.. rawArray], ScalarType.Int64, [rows, columns], dtype, device, requires_grad, names);

    /// <summary>A tensor of three dimensions with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<long> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<long>([.. rawArray], ScalarType.Int64, [dim0, dim1, dim2], dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements.</summary>
    public static unsafe Tensor tensor(long[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        fixed (long* elements = rawArray)
        {
            return FromElements(new ReadOnlySpan<long>(elements, rawArray.Length), ScalarType.Int64, [rawArray.GetLength(0), rawArray.GetLength(1)], dtype, device, requires_grad, names);
        }
    }

    /// <summary>A tensor without dimensions.</summary>
    public static Tensor tensor(int scalar, Device? device = null, bool requires_grad = false) =>
        FromElements<int>([scalar], ScalarType.Int32, [], null, device, requires_grad, null);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(int[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<int>(rawArray, ScalarType.Int32, [rawArray.Length], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(int[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<int>(rawArray, ScalarType.Int32, dimensions, dtype, device, requires_grad, names);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(IList<int> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<int>([.. rawArray], ScalarType.Int32, [rawArray.Count], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<int> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<int>([.. rawArray], ScalarType.Int32, dimensions, dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<int> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<int>([.. rawArray], ScalarType.Int32, [rows, columns], dtype, device, requires_grad, names);

    /// <summary>A tensor of three dimensions with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<int> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<int>([.. rawArray], ScalarType.Int32, [dim0, dim1, dim2], dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements.</summary>
    public static unsafe Tensor tensor(int[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        fixed (int* elements = rawArray)
        {
            return FromElements(new ReadOnlySpan<int>(elements, rawArray.Length), ScalarType.Int32, [rawArray.GetLength(0), rawArray.GetLength(1)], dtype, device, requires_grad, names);
        }
    }

    /// <summary>A tensor without dimensions.</summary>
    public static Tensor tensor(short scalar, Device? device = null, bool requires_grad = false) =>
        FromElements<short>([scalar], ScalarType.Int16, [], null, device, requires_grad, null);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(short[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<short>(rawArray, ScalarType.Int16, [rawArray.Length], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(short[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<short>(rawArray, ScalarType.Int16, dimensions, dtype, device, requires_grad, names);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(IList<short> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<short>([.. rawArray], ScalarType.Int16, [rawArray.Count], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<short> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<short>([.. rawArray], ScalarType.Int16, dimensions, dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<short> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<short>([.. rawArray], ScalarType.Int16, [rows, columns], dtype, device, requires_grad, names);

    /// <summary>A tensor of three dimensions with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<short> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<short>([.. rawArray], ScalarType.Int16, [dim0, dim1, dim2], dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements.</summary>
    public static unsafe Tensor tensor(short[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        fixed (short* elements = rawArray)
        {
            return FromElements(new ReadOnlySpan<short>(elements, rawArray.Length), ScalarType.Int16, [rawArray.GetLength(0), rawArray.GetLength(1)], dtype, device, requires_grad, names);
        }
    }

    /// <summary>A tensor without dimensions.</summary>
    public static Tensor tensor(byte scalar, Device? device = null, bool requires_grad = false) =>
        FromElements<byte>([scalar], ScalarType.Byte, [], null, device, requires_grad, null);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(byte[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<byte>(rawArray, ScalarType.Byte, [rawArray.Length], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(byte[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<byte>(rawArray, ScalarType.Byte, dimensions, dtype, device, requires_grad, names);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(IList<byte> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<byte>([.. rawArray], ScalarType.Byte, [rawArray.Count], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<byte> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<byte>([.. rawArray], ScalarType.Byte, dimensions, dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<byte> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<byte>([.. rawArray], ScalarType.Byte, [rows, columns], dtype, device, requires_grad, names);

    /// <summary>A tensor of three dimensions with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<byte> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<byte>([.. rawArray], ScalarType.Byte, [dim0, dim1, dim2], dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements.</summary>
    public static unsafe Tensor tensor(byte[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        fixed (byte* elements = rawArray)
        {
            return FromElements(new ReadOnlySpan<byte>(elements, rawArray.Length), ScalarType.Byte, [rawArray.GetLength(0), rawArray.GetLength(1)], dtype, device, requires_grad, names);
        }
    }

    /// <summary>A tensor without dimensions.</summary>
    public static Tensor tensor(sbyte scalar, Device? device = null, bool requires_grad = false) =>
        FromElements<sbyte>([scalar], ScalarType.Int8, [], null, device, requires_grad, null);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(sbyte[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<sbyte>(rawArray, ScalarType.Int8, [rawArray.Length], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(sbyte[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<sbyte>(rawArray, ScalarType.Int8, dimensions, dtype, device, requires_grad, names);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(IList<sbyte> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<sbyte>([.. rawArray], ScalarType.Int8, [rawArray.Count], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<sbyte> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<sbyte>([.. rawArray], ScalarType.Int8, dimensions, dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<sbyte> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<sbyte>([.. rawArray], ScalarType.Int8, [rows, columns], dtype, device, requires_grad, names);

    /// <summary>A tensor of three dimensions with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<sbyte> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<sbyte>([.. rawArray], ScalarType.Int8, [dim0, dim1, dim2], dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements.</summary>
    public static unsafe Tensor tensor(sbyte[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        fixed (sbyte* elements = rawArray)
        {
            return FromElements(new ReadOnlySpan<sbyte>(elements, rawArray.Length), ScalarType.Int8, [rawArray.GetLength(0), rawArray.GetLength(1)], dtype, device, requires_grad, names);
        }
    }

    /// <summary>A tensor without dimensions.</summary>
    public static Tensor tensor(bool scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromElements<bool>([scalar], ScalarType.Bool, [], dtype, device, requires_grad, null);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(bool[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<bool>(rawArray, ScalarType.Bool, [rawArray.Length], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(bool[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<bool>(rawArray, ScalarType.Bool, dimensions, dtype, device, requires_grad, names);

    /// <summary>A tensor of one dimension with a copy of the elements.</summary>
    public static Tensor tensor(IList<bool> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<bool>([.. rawArray], ScalarType.Bool, [rawArray.Count], dtype, device, requires_grad, names);

    /// <summary>A tensor with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<bool> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<bool>([.. rawArray], ScalarType.Bool, dimensions, dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<bool> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<bool>([.. rawArray], ScalarType.Bool, [rows, columns], dtype, device, requires_grad, names);

    /// <summary>A tensor of three dimensions with a copy of the elements, in row-major order.</summary>
    public static Tensor tensor(IList<bool> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        FromElements<bool>([.. rawArray], ScalarType.Bool, [dim0, dim1, dim2], dtype, device, requires_grad, names);

    /// <summary>A matrix with a copy of the elements.</summary>
    public static unsafe Tensor tensor(bool[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        fixed (bool* elements = rawArray)
        {
            return FromElements(new ReadOnlySpan<bool>(elements, rawArray.Length), ScalarType.Bool, [rawArray.GetLength(0), rawArray.GetLength(1)], dtype, device, requires_grad, names);
        }
    }

    private static unsafe Tensor FromElements<T>(
        ReadOnlySpan<T> elements, ScalarType type, ReadOnlySpan<long> sizes, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
        where T : unmanaged
    {
        long count = 1;
        foreach (var size in sizes)
        {
            count *= size;
        }

        if (count > elements.Length)
        {
            throw new ArgumentException($"A tensor of {count} elements was asked for, but {elements.Length} were given.", nameof(elements));
        }

        nint handle;
        fixed (T* data = elements)
        fixed (long* shape = sizes)
        {
            SlmTorch.Check(SlmTorch.TensorFromBytes(data, count * sizeof(T), shape, sizes.Length, (int)type, &handle));
        }

        var tensor = new Tensor(handle);
        if (dtype is { } wanted && wanted != type)
        {
            tensor = tensor.to_type(wanted, disposeAfter: true);
        }

        if (device is not null && device.type != DeviceType.CPU)
        {
            tensor = tensor.to(device, disposeAfter: true);
        }

        return Made(tensor, requires_grad, names);
    }
}
