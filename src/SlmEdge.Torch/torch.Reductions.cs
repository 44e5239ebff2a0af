namespace TorchSharp;

public static partial class torch
{
    /// <summary>The sum of all elements.</summary>
    public static Tensor sum(Tensor input, ScalarType? type = null) =>
        input.sum(type);

    /// <summary>The sum over dimensions.</summary>
    public static Tensor sum(Tensor input, ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) =>
        input.sum(dim, keepdim, type);

    /// <summary>The sum over a dimension.</summary>
    public static Tensor sum(Tensor input, long dim, bool keepdim = false, ScalarType? type = null) =>
        input.sum(dim, keepdim, type);

    /// <summary>The mean of all elements.</summary>
    public static Tensor mean(Tensor input) =>
        input.mean();

    /// <summary>The mean over dimensions.</summary>
    public static Tensor mean(Tensor input, long[] dimensions, bool keepdim = false, ScalarType? type = null) =>
        input.mean(dimensions, keepdim, type);

    /// <summary>The greatest element.</summary>
    public static Tensor max(Tensor input) =>
        input.max();

    /// <summary>The greater of two, element by element.</summary>
    public static Tensor max(Tensor input, Tensor other) =>
        maximum(input, other);

    /// <summary>The greatest values over a dimension, and where they are.</summary>
    public static (Tensor values, Tensor indexes) max(Tensor input, long dim, bool keepdim = false) =>
        input.max(dim, keepdim);

    /// <summary>The least element.</summary>
    public static Tensor min(Tensor input) =>
        input.min();

    /// <summary>The lesser of two, element by element.</summary>
    public static Tensor min(Tensor input, Tensor other) =>
        minimum(input, other);

    /// <summary>The least values over a dimension, and where they are.</summary>
    public static (Tensor values, Tensor indexes) min(Tensor input, long dim, bool keepdim = false) =>
        input.min(dim, keepdim);

    /// <summary>The index of the greatest element of the flattened tensor.</summary>
    public static Tensor argmax(Tensor input) =>
        input.argmax();

    /// <summary>The indices of the greatest elements over a dimension.</summary>
    public static Tensor argmax(Tensor input, long dim, bool keepdim = false) =>
        input.argmax(dim, keepdim);

    /// <summary>The indices of the least elements over a dimension.</summary>
    public static Tensor argmin(Tensor input, long dim, bool keepdim = false) =>
        input.argmin(dim, keepdim);

    /// <summary>ln Σ eˣ over a dimension, without overflow.</summary>
    public static Tensor logsumexp(Tensor input, long dim, bool keepdim = false) =>
        input.logsumexp(dim, keepdim);

    /// <summary>eˣ / Σ eˣ over a dimension.</summary>
    public static Tensor softmax(Tensor input, int dim, ScalarType? dtype = null) =>
        input.softmax(dim, dtype);

    /// <summary>The p-norm of all elements.</summary>
    public static Tensor norm(Tensor input, float p = 2.0f) =>
        input.norm(p);

    /// <summary>The p-norm over a dimension.</summary>
    public static Tensor norm(Tensor input, int dimension, bool keepdim = false, float p = 2.0f) =>
        input.norm(dimension, keepdim, p);

    /// <summary>The variance of all elements.</summary>
    public static Tensor var(Tensor input, bool unbiased = true) =>
        input.var(unbiased);

    /// <summary>The standard deviation of all elements.</summary>
    public static Tensor std(Tensor input, bool unbiased = true) =>
        input.std(unbiased);

    /// <summary>Running sums along a dimension.</summary>
    public static Tensor cumsum(Tensor input, long dim, ScalarType? type = null) =>
        input.cumsum(dim, type);

    /// <summary>The k greatest or least values over a dimension, and where they are.</summary>
    public static (Tensor values, Tensor indices) topk(Tensor tensor, int k, int dim = -1, bool largest = true, bool sorted = true) =>
        tensor.topk(k, dim, largest, sorted);

    /// <summary>The values in order along a dimension, and where they were.</summary>
    public static (Tensor values, Tensor indices) sort(Tensor input, long dim = -1, bool descending = false, bool stable = false) =>
        input.sort(dim, descending, stable);

    /// <summary>The indices that sort along a dimension.</summary>
    public static Tensor argsort(Tensor input, long dim = -1, bool descending = false) =>
        input.argsort(dim, descending);

    /// <summary>Whether all elements are true.</summary>
    public static Tensor all(Tensor input) =>
        input.all();

    /// <summary>Whether any element is true.</summary>
    public static Tensor any(Tensor input) =>
        input.any();

    /// <summary>How often each non-negative integer occurs.</summary>
    public static Tensor bincount(Tensor input, Tensor? weights = null, long minlength = 0) =>
        input.bincount(weights, minlength);

    /// <summary>How many elements are not zero.</summary>
    public static Tensor count_nonzero(Tensor input, long[]? dims = null) =>
        input.count_nonzero(dims);
}
