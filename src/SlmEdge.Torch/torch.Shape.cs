namespace TorchSharp;

public static partial class torch
{
    /// <summary>The same elements in another shape.</summary>
    public static Tensor reshape(Tensor input, params long[] shape) =>
        input.reshape(shape);

    /// <summary>A view with the dimensions in another order.</summary>
    public static Tensor permute(Tensor input, params long[] permutation) =>
        input.permute(permutation);

    /// <summary>A view with two dimensions exchanged.</summary>
    public static Tensor transpose(Tensor input, long dim0, long dim1) =>
        input.transpose(dim0, dim1);

    /// <summary>The transposed view of a matrix.</summary>
    public static Tensor t(Tensor input) =>
        input.t();

    /// <summary>Dimensions merged into one.</summary>
    public static Tensor flatten(Tensor input, long start_dim = 0, long end_dim = -1) =>
        input.flatten(start_dim, end_dim);

    /// <summary>A view with a dimension of one element added.</summary>
    public static Tensor unsqueeze(Tensor input, long dim) =>
        input.unsqueeze(dim);

    /// <summary>A view of a range of a dimension.</summary>
    public static Tensor narrow(Tensor input, long dim, long start, long length) =>
        input.narrow(dim, start, length);

    /// <summary>A view of one slice of a dimension, which goes.</summary>
    public static Tensor select(Tensor input, long dim, long index) =>
        input.select(dim, index);

    /// <summary>Views of as many parts.</summary>
    public static Tensor[] chunk(Tensor input, long chunks, long dim = 0) =>
        input.chunk(chunks, dim);

    /// <summary>Views of the slices along a dimension.</summary>
    public static Tensor[] unbind(Tensor input, long dim = 0L) =>
        input.unbind(dim);

    /// <summary>Along a dimension, the elements at the indices.</summary>
    public static Tensor gather(Tensor input, long dim, Tensor index) =>
        input.gather(dim, index);

    /// <summary>The slices of a dimension at the indices.</summary>
    public static Tensor index_select(Tensor input, long dim, Tensor index) =>
        input.index_select(dim, index);

    /// <summary>The elements where the mask is true, in one dimension.</summary>
    public static Tensor masked_select(Tensor input, Tensor mask) =>
        input.masked_select(mask);

    /// <summary>The indices of the elements that are not zero.</summary>
    public static Tensor nonzero(Tensor input) =>
        input.nonzero();

    /// <summary>A copy with elements replaced at the indices.</summary>
    public static Tensor scatter(Tensor input, long dim, Tensor index, Tensor src) =>
        input.scatter(dim, index, src);

    /// <summary>A copy with elements added at the indices.</summary>
    public static Tensor scatter_add(Tensor input, long dim, Tensor index, Tensor src) =>
        input.scatter_add(dim, index, src);

    /// <summary>A copy in which each element is repeated.</summary>
    public static Tensor repeat_interleave(Tensor input, long repeats, long? dim = null, long? output_size = null) =>
        input.repeat_interleave(repeats, dim, output_size);

    /// <summary>A copy with dimensions reversed.</summary>
    public static Tensor flip(Tensor input, params long[] dims) =>
        input.flip(dims);

    /// <summary>A copy, through which gradients flow.</summary>
    public static Tensor clone(Tensor input) =>
        input.clone();
}
