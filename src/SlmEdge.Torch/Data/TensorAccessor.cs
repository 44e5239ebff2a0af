using System.Collections;

namespace TorchSharp.Utils;

/// <summary>The elements of a tensor in main memory, in row-major order of the view, as .NET values.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
public sealed class TensorAccessor<T> : IDisposable, IEnumerable<T>
    where T : unmanaged
{
    private readonly long[] _shape;
    private readonly long[] _strides;
    private readonly bool _contiguous;
    private torch.Tensor? _tensor;

    internal TensorAccessor(torch.Tensor tensor)
    {
        _tensor = tensor;
        _shape = tensor.shape;
        _strides = tensor.stride();
        _contiguous = tensor.is_contiguous();
        Count = tensor.NumberOfElements;
    }

    /// <summary>The number of elements.</summary>
    public long Count { get; }

    /// <summary>False: elements can be assigned.</summary>
    public bool IsReadOnly => false;

    private unsafe T* Pointer =>
        (T*)(_tensor ?? throw new ObjectDisposedException(nameof(TensorAccessor<T>))).DataPointer();

    /// <summary>An element by its row-major index (one index) or by its place in each dimension.</summary>
    public unsafe T this[params long[] indices]
    {
        get => Pointer[Offset(indices)];
        set => Pointer[Offset(indices)] = value;
    }

    /// <summary>All elements, in row-major order.</summary>
    public T[] ToArray()
    {
        var result = new T[Count];
        CopyTo(result.AsSpan());
        return result;
    }

    /// <summary>Copies elements, from the <paramref name="tensorIndex"/>-th on, until either end.</summary>
    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    /// <summary>Copies elements, from the <paramref name="tensorIndex"/>-th on, until either end.</summary>
    public unsafe void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var data = Pointer;
        var destination = array[arrayIndex..];
        var count = (int)Math.Min(destination.Length, Count - tensorIndex);
        if (_contiguous)
        {
            new ReadOnlySpan<T>(data + tensorIndex, count).CopyTo(destination);
        }
        else
        {
            for (var i = 0; i < count; i++)
            {
                destination[i] = data[Offset(tensorIndex + i)];
            }
        }

        GC.KeepAlive(_tensor);
    }

    /// <summary>Assigns elements, from the <paramref name="tensorIndex"/>-th on, until either end.</summary>
    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    /// <summary>Assigns elements, from the <paramref name="tensorIndex"/>-th on, until either end.</summary>
    public unsafe void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var data = Pointer;
        var source = array[arrayIndex..];
        var count = (int)Math.Min(source.Length, Count - tensorIndex);
        if (_contiguous)
        {
            source[..count].CopyTo(new Span<T>(data + tensorIndex, count));
        }
        else
        {
            for (var i = 0; i < count; i++)
            {
                data[Offset(tensorIndex + i)] = source[i];
            }
        }

        GC.KeepAlive(_tensor);
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Lets go of the tensor, which itself lives on.</summary>
    public void Dispose() => _tensor = null;

    private long Offset(long[] indices)
    {
        if (indices.Length == 1)
        {
            return Offset(indices[0]);
        }

        if (indices.Length != _shape.Length)
        {
            throw new ArgumentException($"{indices.Length} indices were given for {_shape.Length} dimensions.", nameof(indices));
        }

        long offset = 0;
        for (var i = 0; i < indices.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(indices[i], nameof(indices));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(indices[i], _shape[i], nameof(indices));
            offset += indices[i] * _strides[i];
        }

        return offset;
    }

    private long Offset(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        if (_contiguous)
        {
            return index;
        }

        long offset = 0;
        for (var i = _shape.Length - 1; i >= 0; i--)
        {
            (index, var place) = Math.DivRem(index, _shape[i]);
            offset += place * _strides[i];
        }

        return offset;
    }
}
