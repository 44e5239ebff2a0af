using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Which elements are equal, broadcast.</summary>
        public Tensor eq(Tensor target) => Aten.EqTensor.Call(this, target);

        /// <summary>Which elements are equal.</summary>
        public Tensor eq(Scalar target) => Aten.EqScalar.Call(this, target);

        /// <summary>Which elements are equal, in place.</summary>
        public Tensor eq_(Tensor target) => Aten.EqTensorInPlace.CallInPlace(this, target);

        /// <summary>Which elements are equal, in place.</summary>
        public Tensor eq_(Scalar target) => Aten.EqScalarInPlace.CallInPlace(this, target);

        /// <summary>Which elements are not equal, broadcast.</summary>
        public Tensor ne(Tensor target) => Aten.NeTensor.Call(this, target);

        /// <summary>Which elements are not equal.</summary>
        public Tensor ne(Scalar target) => Aten.NeScalar.Call(this, target);

        /// <summary>Which elements are not equal, in place.</summary>
        public Tensor ne_(Tensor target) => Aten.NeTensorInPlace.CallInPlace(this, target);

        /// <summary>Which elements are not equal, in place.</summary>
        public Tensor ne_(Scalar target) => Aten.NeScalarInPlace.CallInPlace(this, target);

        /// <summary>Which elements are less, broadcast.</summary>
        public Tensor lt(Tensor target) => Aten.LtTensor.Call(this, target);

        /// <summary>Which elements are less.</summary>
        public Tensor lt(Scalar target) => Aten.LtScalar.Call(this, target);

        /// <summary>Which elements are less, in place.</summary>
        public Tensor lt_(Tensor target) => Aten.LtTensorInPlace.CallInPlace(this, target);

        /// <summary>Which elements are less, in place.</summary>
        public Tensor lt_(Scalar target) => Aten.LtScalarInPlace.CallInPlace(this, target);

        /// <summary>Which elements are less or equal, broadcast.</summary>
        public Tensor le(Tensor target) => Aten.LeTensor.Call(this, target);

        /// <summary>Which elements are less or equal.</summary>
        public Tensor le(Scalar target) => Aten.LeScalar.Call(this, target);

        /// <summary>Which elements are less or equal, in place.</summary>
        public Tensor le_(Tensor target) => Aten.LeTensorInPlace.CallInPlace(this, target);

        /// <summary>Which elements are less or equal, in place.</summary>
        public Tensor le_(Scalar target) => Aten.LeScalarInPlace.CallInPlace(this, target);

        /// <summary>Which elements are greater, broadcast.</summary>
        public Tensor gt(Tensor target) => Aten.GtTensor.Call(this, target);

        /// <summary>Which elements are greater.</summary>
        public Tensor gt(Scalar target) => Aten.GtScalar.Call(this, target);

        /// <summary>Which elements are greater, in place.</summary>
        public Tensor gt_(Tensor target) => Aten.GtTensorInPlace.CallInPlace(this, target);

        /// <summary>Which elements are greater, in place.</summary>
        public Tensor gt_(Scalar target) => Aten.GtScalarInPlace.CallInPlace(this, target);

        /// <summary>Which elements are greater or equal, broadcast.</summary>
        public Tensor ge(Tensor target) => Aten.GeTensor.Call(this, target);

        /// <summary>Which elements are greater or equal.</summary>
        public Tensor ge(Scalar target) => Aten.GeScalar.Call(this, target);

        /// <summary>Which elements are greater or equal, in place.</summary>
        public Tensor ge_(Tensor target) => Aten.GeTensorInPlace.CallInPlace(this, target);

        /// <summary>Which elements are greater or equal, in place.</summary>
        public Tensor ge_(Scalar target) => Aten.GeScalarInPlace.CallInPlace(this, target);

        /// <summary>Whether shape and all elements are equal.</summary>
        public bool Equals(Tensor target) => Aten.Equal.CallBoolean(this, target);

        /// <summary>Whether all elements are equal within <c>atol + rtol · |target|</c>.</summary>
        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) => Aten.Allclose.CallBoolean(this, target, rtol, atol, equal_nan);

        /// <summary>Which elements are equal within <c>atol + rtol · |other|</c>.</summary>
        public Tensor isclose(Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false) => Aten.Isclose.Call(this, other, rtol, atol, nanEqual);

        /// <summary>Whether the other is a tensor of the same shape with equal elements.</summary>
        public override bool Equals(object? obj) => obj is Tensor tensor && Equals(tensor);

        /// <summary>The hash of the reference: tensors change.</summary>
        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
