using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The slices of a dimension at the indices.</summary>
        public Tensor index_select(long dim, Tensor index) => Aten.IndexSelect.Call(this, dim, index);

        /// <summary>A copy with <c>alpha · source</c> added to the slices at the indices.</summary>
        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) => Aten.IndexAdd.Call(this, dim, index, source, alpha);

        /// <summary>Adds <c>alpha · source</c> to the slices at the indices.</summary>
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) => Aten.IndexAddInPlace.CallInPlace(this, dim, index, source, alpha);

        /// <summary>A copy with the slices at the indices replaced.</summary>
        public Tensor index_copy(long dim, Tensor index, Tensor source) => Aten.IndexCopy.Call(this, dim, index, source);

        /// <summary>Replaces the slices at the indices.</summary>
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Aten.IndexCopyInPlace.CallInPlace(this, dim, index, source);

        /// <summary>Fills the slices at the indices.</summary>
        public Tensor index_fill_(long dim, Tensor index, Scalar value) => Aten.IndexFillIntScalarInPlace.CallInPlace(this, dim, index, value);

        /// <summary>Along a dimension, the elements at the indices.</summary>
        public Tensor gather(long dim, Tensor index) => Aten.Gather.Call(this, dim, index);

        /// <summary>A copy with elements along a dimension replaced at the indices.</summary>
        public Tensor scatter(long dim, Tensor index, Tensor src) => Aten.ScatterSrc.Call(this, dim, index, src);

        /// <summary>Replaces elements along a dimension at the indices.</summary>
        public Tensor scatter_(long dim, Tensor index, Tensor src) => Aten.ScatterSrcInPlace.CallInPlace(this, dim, index, src);

        /// <summary>A copy with elements added along a dimension at the indices.</summary>
        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Aten.ScatterAdd.Call(this, dim, index, src);

        /// <summary>Adds elements along a dimension at the indices.</summary>
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Aten.ScatterAddInPlace.CallInPlace(this, dim, index, src);

        /// <summary>The elements at indices into the flattened tensor.</summary>
        public Tensor take(Tensor index) => Aten.Take.Call(this, index);

        /// <summary>A copy with a number where the mask is true.</summary>
        public Tensor masked_fill(Tensor mask, Scalar value) => Aten.MaskedFillScalar.Call(this, mask, value);

        /// <summary>Puts a number where the mask is true.</summary>
        public Tensor masked_fill_(Tensor mask, Scalar value) => Aten.MaskedFillScalarInPlace.CallInPlace(this, mask, value);

        /// <summary>The elements where the mask is true, in one dimension.</summary>
        public Tensor masked_select(Tensor mask) => Aten.MaskedSelect.Call(this, mask);

        /// <summary>The indices of the elements that are not zero, <c>[count, dimensions]</c>.</summary>
        public Tensor nonzero() => Aten.Nonzero.Call(this);

        /// <summary>The own element where the condition is true, else the other one.</summary>
        public Tensor where(Tensor condition, Tensor y) => Aten.WhereSelf.Call(condition, this, y);
    }
}
