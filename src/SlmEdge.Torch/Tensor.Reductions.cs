using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The sum of all elements.</summary>
        public Tensor sum(ScalarType? type = null) => Aten.Sum.Call(this, type);

        /// <summary>The sum over dimensions.</summary>
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Aten.SumDimIntList.Call(this, dim, keepdim, type);

        /// <summary>The sum over dimensions.</summary>
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => Aten.SumDimIntList.Call(this, dim, keepdim, type);

        /// <summary>The sum over a dimension.</summary>
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => sum([dim], keepdim, type);

        /// <summary>The sum over two dimensions.</summary>
        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => sum([dim0, dim1], keepdim, type);

        /// <summary>The product of all elements.</summary>
        public Tensor prod(ScalarType? type = null) => Aten.Prod.Call(this, type);

        /// <summary>The mean of all elements.</summary>
        public Tensor mean() => Aten.Mean.Call(this);

        /// <summary>The mean over dimensions.</summary>
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) => Aten.MeanDim.Call(this, dimensions, keepdim, type);

        /// <summary>The variance of all elements.</summary>
        public Tensor var(bool unbiased = true) => Aten.Var.Call(this, unbiased);

        /// <summary>The variance over dimensions.</summary>
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.VarDim.Call(this, dimensions, unbiased, keepdim), type);

        /// <summary>The variance over dimensions.</summary>
        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var(dimensions.ToArray(), unbiased, keepdim, type);

        /// <summary>The variance over a dimension.</summary>
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => var([dim], unbiased, keepdim, type);

        /// <summary>The standard deviation of all elements.</summary>
        public Tensor std(bool unbiased = true) => Aten.Std.Call(this, unbiased);

        /// <summary>The standard deviation over dimensions.</summary>
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => Typed(Aten.StdDim.Call(this, dimensions, unbiased, keepdim), type);

        /// <summary>The standard deviation over dimensions.</summary>
        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std(dimensions.ToArray(), unbiased, keepdim, type);

        /// <summary>The standard deviation over a dimension.</summary>
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) => std([dim], unbiased, keepdim, type);

        /// <summary>The p-norm of all elements.</summary>
        public Tensor norm(float p = 2.0f) => Aten.NormScalar.Call(this, p);

        /// <summary>The p-norm over a dimension.</summary>
        public Tensor norm(int dim, bool keepdim = false, float p = 2.0f) => Aten.NormScalarOptDim.Call(this, p, new long[] { dim }, keepdim);

        /// <summary>ln Σ eˣ over a dimension, without overflow.</summary>
        public Tensor logsumexp(long dim, bool keepdim = false) => Aten.Logsumexp.Call(this, new[] { dim }, keepdim);

        /// <summary>eˣ / Σ eˣ over a dimension.</summary>
        public Tensor softmax(long dim, ScalarType? dtype = null) => Aten.SoftmaxInt.Call(this, dim, dtype);

        /// <summary>ln of the softmax over a dimension.</summary>
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Aten.LogSoftmaxInt.Call(this, dim, dtype);

        /// <summary>Running sums along a dimension.</summary>
        public Tensor cumsum(long dim, ScalarType? type = null) => Aten.Cumsum.Call(this, dim, type);

        /// <summary>Running products along a dimension.</summary>
        public Tensor cumprod(long dim, ScalarType? type = null) => Aten.Cumprod.Call(this, dim, type);

        /// <summary>The greatest values over dimensions.</summary>
        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => Into(Aten.Amax.Call(this, dims, keepdim), @out);

        /// <summary>The greatest values over dimensions.</summary>
        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => amax((ReadOnlySpan<long>)dims, keepdim, @out);

        /// <summary>The greatest values over dimensions.</summary>
        public Tensor amax(params long[] dims) => amax((ReadOnlySpan<long>)dims);

        /// <summary>The least values over dimensions.</summary>
        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) => Into(Aten.Amin.Call(this, dims, keepdim), @out);

        /// <summary>The least values over dimensions.</summary>
        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => amin((ReadOnlySpan<long>)dims, keepdim, @out);

        /// <summary>The least values over dimensions.</summary>
        public Tensor amin(params long[] dims) => amin((ReadOnlySpan<long>)dims);

        /// <summary>The greatest element.</summary>
        public Tensor max() => Aten.Max.Call(this);

        /// <summary>The greater of two, element by element.</summary>
        public Tensor max(Tensor other) => Aten.MaxOther.Call(this, other);

        /// <summary>The greatest values over a dimension, and where they are.</summary>
        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Aten.MaxDim.CallPair(this, dim, keepdim);

        /// <summary>The least element.</summary>
        public Tensor min() => Aten.Min.Call(this);

        /// <summary>The lesser of two, element by element.</summary>
        public Tensor min(Tensor other) => Aten.MinOther.Call(this, other);

        /// <summary>The least values over a dimension, and where they are.</summary>
        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Aten.MinDim.CallPair(this, dim, keepdim);

        /// <summary>The index of the greatest element of the flattened tensor.</summary>
        public Tensor argmax() => Aten.Argmax.Call(this);

        /// <summary>The indices of the greatest elements over a dimension.</summary>
        public Tensor argmax(long dim, bool keepdim = false) => Aten.Argmax.Call(this, dim, keepdim);

        /// <summary>The index of the least element of the flattened tensor.</summary>
        public Tensor argmin() => Aten.Argmin.Call(this);

        /// <summary>The indices of the least elements over a dimension.</summary>
        public Tensor argmin(long dim, bool keepdim = false) => Aten.Argmin.Call(this, dim, keepdim);

        /// <summary>The k greatest or least values over a dimension, and where they are.</summary>
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) => Aten.Topk.CallPair(this, k, dim, largest, sorted);

        /// <summary>The values in order along a dimension, and where they were.</summary>
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) => Aten.SortStable.CallPair(this, stable, dim, descending);

        /// <summary>The indices that sort along a dimension.</summary>
        public Tensor argsort(long dim = -1, bool descending = false) => Aten.Argsort.Call(this, dim, descending);

        /// <summary>Whether all elements are true.</summary>
        public Tensor all() => Aten.All.Call(this);

        /// <summary>Whether all elements over a dimension are true.</summary>
        public Tensor all(long dim, bool keepdim = false) => Aten.AllDim.Call(this, dim, keepdim);

        /// <summary>Whether any element is true.</summary>
        public Tensor any() => Aten.Any.Call(this);

        /// <summary>Whether any element over a dimension is true.</summary>
        public Tensor any(long dim, bool keepdim = false) => Aten.AnyDim.Call(this, dim, keepdim);

        /// <summary>How often each non-negative integer occurs.</summary>
        public Tensor bincount(Tensor? weights, long minlength = 0) => Aten.Bincount.Call(this, weights, minlength);

        /// <summary>How many elements are not zero, in all or over dimensions.</summary>
        public Tensor count_nonzero(long[]? dims = null) => Aten.CountNonzero.Call(this, dims ?? []);

        private static Tensor Typed(Tensor result, ScalarType? type) =>
            type is { } wanted && wanted != result.dtype ? result.to_type(wanted, disposeAfter: true) : result;

        private static Tensor Into(Tensor result, Tensor? destination)
        {
            if (destination is null)
            {
                return result;
            }

            using (result)
            {
                return destination.copy_(result);
            }
        }
    }
}
