using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The same elements in another shape, without copying; −1 is inferred.</summary>
        public Tensor view(params long[] shape) => Aten.View.Call(this, shape);

        /// <summary>The same elements in the shape of another tensor, without copying.</summary>
        public Tensor view_as(Tensor other) => view(other.shape);

        /// <summary>The same elements in another shape, copied only when needed; −1 is inferred.</summary>
        public Tensor reshape(params long[] shape) => Aten.Reshape.Call(this, shape);

        /// <summary>Dimensions merged into one.</summary>
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Aten.FlattenUsingInts.Call(this, start_dim, end_dim);

        /// <summary>A dimension spread over several.</summary>
        public Tensor unflatten(long dim, params long[] sizes) => Aten.UnflattenInt.Call(this, dim, sizes);

        /// <summary>A view with two dimensions exchanged.</summary>
        public Tensor transpose(long dim0, long dim1) => Aten.TransposeInt.Call(this, dim0, dim1);

        /// <summary>The transposed view of a matrix.</summary>
        public Tensor t() => Aten.T.Call(this);

        /// <summary>A view with the dimensions in another order.</summary>
        public Tensor permute(params long[] permutation) => Aten.Permute.Call(this, permutation);

        /// <summary>A view with a dimension of one element added.</summary>
        public Tensor unsqueeze(long dim) => Aten.Unsqueeze.Call(this, dim);

        /// <summary>A dimension of one element added, in place.</summary>
        public Tensor unsqueeze_(long dim) => Aten.UnsqueezeInPlace.CallInPlace(this, dim);

        /// <summary>A view without dimensions of one element, or without the given one.</summary>
        public Tensor squeeze(long? dim = null) => dim is { } d ? Aten.SqueezeDim.Call(this, d) : Aten.Squeeze.Call(this);

        /// <summary>A view that repeats dimensions of one element; −1 keeps a dimension.</summary>
        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => Aten.Expand.Call(this, sizes, isImplicit);

        /// <summary>A view that repeats dimensions of one element; −1 keeps a dimension.</summary>
        public Tensor expand(long[] sizes, bool isImplicit = false) => Aten.Expand.Call(this, sizes, isImplicit);

        /// <summary>A view that repeats dimensions of one element; −1 keeps a dimension.</summary>
        public Tensor expand(params long[] sizes) => Aten.Expand.Call(this, sizes);

        /// <summary>A view that repeats dimensions of one element to the shape of another tensor.</summary>
        public Tensor expand_as(Tensor other) => expand(other.shape);

        /// <summary>A view of the shape, broadcast.</summary>
        public Tensor broadcast_to(params long[] shape) => Aten.BroadcastTo.Call(this, shape);

        /// <summary>A copy that repeats the tensor along each dimension.</summary>
        public Tensor repeat(params long[] sizes) => Aten.Repeat.Call(this, sizes);

        /// <summary>A copy in which each element is repeated.</summary>
        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) => Aten.RepeatInterleaveSelfInt.Call(this, repeats, dim, output_size);

        /// <summary>A copy in which each element is repeated its own number of times.</summary>
        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) => Aten.RepeatInterleaveSelfTensor.Call(this, repeats, dim, output_size);

        /// <summary>Views of as many parts, of equal size but the last.</summary>
        public Tensor[] chunk(long chunks, long dim = 0L) => Aten.Chunk.CallList(this, chunks, dim);

        /// <summary>Views of parts of a size, the last may be smaller.</summary>
        public Tensor[] split(long size, int dim = 0) => Aten.SplitTensor.CallList(this, size, dim);

        /// <summary>Views of parts of the given sizes.</summary>
        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => Aten.SplitWithSizes.CallList(this, sizes, dim);

        /// <summary>Views of parts of the given sizes.</summary>
        public Tensor[] split(long[] sizes, long dim = 0) => Aten.SplitWithSizes.CallList(this, sizes, dim);

        /// <summary>Views of the slices along a dimension.</summary>
        public Tensor[] unbind(long dimension = 0L) => Aten.UnbindInt.CallList(this, dimension);

        /// <summary>A view of a range of a dimension.</summary>
        public Tensor narrow(long dim, long start, long length) => Aten.Narrow.Call(this, dim, start, length);

        /// <summary>A view of every step-th element of a range of a dimension.</summary>
        public Tensor slice(long dim, long start, long finish, long step) => Aten.SliceTensor.Call(this, dim, start, finish, step);

        /// <summary>A view of one slice of a dimension, which goes.</summary>
        public Tensor select(long dim, long index) => Aten.SelectInt.Call(this, dim, index);

        /// <summary>A view of the diagonal.</summary>
        public Tensor diagonal(long offset = 0L, long dim1 = 0L, long dim2 = 1L) => Aten.Diagonal.Call(this, offset, dim1, dim2);

        /// <summary>The lower triangle; the rest is zero.</summary>
        public Tensor tril(long diagonal = 0) => Aten.Tril.Call(this, diagonal);

        /// <summary>The upper triangle; the rest is zero.</summary>
        public Tensor triu(long diagonal = 0) => Aten.Triu.Call(this, diagonal);

        /// <summary>A copy that repeats the tensor along each dimension, of which missing ones are added in front.</summary>
        public Tensor tile(long[] reps) => Aten.Tile.Call(this, reps);

        /// <summary>A view with dimensions moved to other places.</summary>
        public Tensor movedim(long[] source, long[] destination) => Aten.MovedimIntList.Call(this, source, destination);

        /// <summary>The diagonal of a matrix, or the matrix of a diagonal.</summary>
        public Tensor diag(long diagonal = 0) => Aten.Diag.Call(this, diagonal);

        /// <summary>The sum of the diagonal of a matrix.</summary>
        public Tensor trace() => Aten.Trace.Call(this);

        /// <summary>For each element, the index of the bucket between ascending boundaries that it falls into.</summary>
        public Tensor bucketize(Tensor boundaries, bool outInt32 = false, bool right = false) =>
            Aten.Bucketize.Call(this, boundaries, outInt32, right);

        /// <summary>A copy with dimensions reversed.</summary>
        public Tensor flip(params long[] dims) => Aten.Flip.Call(this, dims);

        /// <summary>A copy rolled along dimensions.</summary>
        public Tensor roll(long[] shifts, long[] dims) => Aten.Roll.Call(this, shifts, dims);
    }
}
