using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Sum, broadcast.</summary>
        public Tensor add(Tensor target) => Aten.AddTensor.Call(this, target);

        /// <summary>Sum with a number.</summary>
        public Tensor add(Scalar scalar) => Aten.AddScalar.Call(this, scalar);

        /// <summary>Sum with <c>alpha · target</c>, broadcast.</summary>
        public Tensor add(Tensor target, Scalar alpha) => Aten.AddTensor.Call(this, target, alpha);

        /// <summary>Sum with <c>alpha · scalar</c>.</summary>
        public Tensor add(Scalar scalar, Scalar alpha) => Aten.AddScalar.Call(this, scalar, alpha);

        /// <summary>Sum, broadcast in place.</summary>
        public Tensor add_(Tensor target) => Aten.AddTensorInPlace.CallInPlace(this, target);

        /// <summary>Sum with a number in place.</summary>
        public Tensor add_(Scalar scalar) => Aten.AddScalarInPlace.CallInPlace(this, scalar);

        /// <summary>Sum with <c>alpha · target</c>, broadcast in place.</summary>
        public Tensor add_(Tensor target, Scalar alpha) => Aten.AddTensorInPlace.CallInPlace(this, target, alpha);

        /// <summary>Sum with <c>alpha · scalar</c> in place.</summary>
        public Tensor add_(Scalar scalar, Scalar alpha) => Aten.AddScalarInPlace.CallInPlace(this, scalar, alpha);

        /// <summary>Difference, broadcast.</summary>
        public Tensor sub(Tensor target) => Aten.SubTensor.Call(this, target);

        /// <summary>Difference with a number.</summary>
        public Tensor sub(Scalar target) => Aten.SubScalar.Call(this, target);

        /// <summary>Difference, broadcast in place.</summary>
        public Tensor sub_(Tensor target) => Aten.SubTensorInPlace.CallInPlace(this, target);

        /// <summary>Difference with a number in place.</summary>
        public Tensor sub_(Scalar target) => Aten.SubScalarInPlace.CallInPlace(this, target);

        /// <summary>Product, element by element, broadcast.</summary>
        public Tensor mul(Tensor target) => Aten.MulTensor.Call(this, target);

        /// <summary>Product with a number.</summary>
        public Tensor mul(Scalar target) => Aten.MulScalar.Call(this, target);

        /// <summary>Quotient, element by element, broadcast.</summary>
        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Aten.DivTensorMode.Call(this, target, RoundingName(rounding_mode));

        /// <summary>Quotient with a number.</summary>
        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Aten.DivScalarMode.Call(this, target, RoundingName(rounding_mode));

        /// <summary>Power with a number.</summary>
        public Tensor pow(Scalar exponent) => Aten.PowTensorScalar.Call(this, exponent);

        /// <summary>Power, element by element, broadcast.</summary>
        public Tensor pow(Tensor exponent) => Aten.PowTensorTensor.Call(this, exponent);

        /// <summary>Remainder with the sign of the divisor, broadcast.</summary>
        public Tensor remainder(Tensor target) => Aten.RemainderTensor.Call(this, target);

        /// <summary>Remainder with the sign of the divisor.</summary>
        public Tensor remainder(Scalar scalar) => Aten.RemainderScalar.Call(this, scalar);

        /// <summary><c>self + value · tensor1 · tensor2</c>.</summary>
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => Aten.Addcmul.Call(this, tensor1, tensor2, value);

        /// <summary><c>self + value · tensor1 / tensor2</c>.</summary>
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => Aten.Addcdiv.Call(this, tensor1, tensor2, value);

        /// <summary><c>self + tensor1 / tensor2</c>.</summary>
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => Aten.Addcdiv.Call(this, tensor1, tensor2);

        /// <summary><c>self + weight · (end − self)</c>.</summary>
        public Tensor lerp(Tensor end, Tensor weight) => Aten.LerpTensor.Call(this, end, weight);

        /// <summary>Bounded by numbers; either bound may be absent.</summary>
        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Aten.Clamp.Call(this, min, max);

        /// <summary>Bounded by tensors; either bound may be absent.</summary>
        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Aten.ClampTensor.Call(this, min, max);

        /// <summary>Bounded from above.</summary>
        public Tensor clamp_max(Scalar max) => Aten.ClampMax.Call(this, max);

        /// <summary>Bounded from below.</summary>
        public Tensor clamp_min(Scalar min) => Aten.ClampMin.Call(this, min);

        /// <summary>And of the truth of the elements, broadcast.</summary>
        public Tensor logical_and(Tensor other) => Aten.LogicalAnd.Call(this, other);

        /// <summary>And of the bits, broadcast.</summary>
        public Tensor bitwise_and(Tensor other) => Aten.BitwiseAndTensor.Call(this, other);

        /// <summary>Or of the truth of the elements, broadcast.</summary>
        public Tensor logical_or(Tensor other) => Aten.LogicalOr.Call(this, other);

        /// <summary>Or of the bits, broadcast.</summary>
        public Tensor bitwise_or(Tensor other) => Aten.BitwiseOrTensor.Call(this, other);

        /// <summary>Exclusive or of the truth of the elements, broadcast.</summary>
        public Tensor logical_xor(Tensor other) => Aten.LogicalXor.Call(this, other);

        /// <summary>Exclusive or of the bits, broadcast.</summary>
        public Tensor bitwise_xor(Tensor other) => Aten.BitwiseXorTensor.Call(this, other);

        /// <summary>Bits shifted to the left, broadcast.</summary>
        public Tensor bitwise_left_shift(Tensor other) => Aten.BitwiseLeftShiftTensor.Call(this, other);

        /// <summary>Bits shifted to the right, broadcast.</summary>
        public Tensor bitwise_right_shift(Tensor other) => Aten.BitwiseRightShiftTensor.Call(this, other);

        /// <summary>Not of the bits.</summary>
        public Tensor bitwise_not() => Aten.BitwiseNot.Call(this);

        /// <summary>Product, element by element, broadcast in place.</summary>
        public Tensor mul_(Tensor target) => Aten.MulTensorInPlace.CallInPlace(this, target);

        /// <summary>Product with a number in place.</summary>
        public Tensor mul_(Scalar target) => Aten.MulScalarInPlace.CallInPlace(this, target);

        /// <summary>Quotient, element by element, broadcast in place.</summary>
        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => Aten.DivTensorModeInPlace.CallInPlace(this, target, RoundingName(rounding_mode));

        /// <summary>Quotient with a number in place.</summary>
        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => Aten.DivScalarModeInPlace.CallInPlace(this, target, RoundingName(rounding_mode));

        /// <summary>Power with a number in place.</summary>
        public Tensor pow_(Scalar exponent) => Aten.PowScalarInPlace.CallInPlace(this, exponent);

        /// <summary>Power, element by element, broadcast in place.</summary>
        public Tensor pow_(Tensor exponent) => Aten.PowTensorInPlace.CallInPlace(this, exponent);

        /// <summary>Remainder with the sign of the divisor, broadcast in place.</summary>
        public Tensor remainder_(Tensor target) => Aten.RemainderTensorInPlace.CallInPlace(this, target);

        /// <summary>Remainder with the sign of the divisor in place.</summary>
        public Tensor remainder_(Scalar scalar) => Aten.RemainderScalarInPlace.CallInPlace(this, scalar);

        /// <summary><c>self + value · tensor1 · tensor2</c> in place.</summary>
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value) => Aten.AddcmulInPlace.CallInPlace(this, tensor1, tensor2, value);

        /// <summary><c>self + value · tensor1 / tensor2</c> in place.</summary>
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value) => Aten.AddcdivInPlace.CallInPlace(this, tensor1, tensor2, value);

        /// <summary><c>self + tensor1 / tensor2</c> in place.</summary>
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2) => Aten.AddcdivInPlace.CallInPlace(this, tensor1, tensor2);

        /// <summary><c>self + weight · (end − self)</c> in place.</summary>
        public Tensor lerp_(Tensor end, Tensor weight) => Aten.LerpTensorInPlace.CallInPlace(this, end, weight);

        /// <summary>Bounded by numbers in place; either bound may be absent.</summary>
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Aten.ClampInPlace.CallInPlace(this, min, max);

        /// <summary>Bounded by tensors in place; either bound may be absent.</summary>
        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => Aten.ClampTensorInPlace.CallInPlace(this, min, max);

        /// <summary>Bounded from above in place.</summary>
        public Tensor clamp_max_(Scalar max) => Aten.ClampMaxInPlace.CallInPlace(this, max);

        /// <summary>Bounded from below in place.</summary>
        public Tensor clamp_min_(Scalar min) => Aten.ClampMinInPlace.CallInPlace(this, min);

        /// <summary>And of the truth of the elements, broadcast in place.</summary>
        public Tensor logical_and_(Tensor other) => Aten.LogicalAndInPlace.CallInPlace(this, other);

        /// <summary>And of the bits, broadcast in place.</summary>
        public Tensor bitwise_and_(Tensor other) => Aten.BitwiseAndTensorInPlace.CallInPlace(this, other);

        /// <summary>Or of the truth of the elements, broadcast in place.</summary>
        public Tensor logical_or_(Tensor other) => Aten.LogicalOrInPlace.CallInPlace(this, other);

        /// <summary>Or of the bits, broadcast in place.</summary>
        public Tensor bitwise_or_(Tensor other) => Aten.BitwiseOrTensorInPlace.CallInPlace(this, other);

        /// <summary>Exclusive or of the truth of the elements, broadcast in place.</summary>
        public Tensor logical_xor_(Tensor other) => Aten.LogicalXorInPlace.CallInPlace(this, other);

        /// <summary>Exclusive or of the bits, broadcast in place.</summary>
        public Tensor bitwise_xor_(Tensor other) => Aten.BitwiseXorTensorInPlace.CallInPlace(this, other);

        /// <summary>Bits shifted to the left, broadcast in place.</summary>
        public Tensor bitwise_left_shift_(Tensor other) => Aten.BitwiseLeftShiftTensorInPlace.CallInPlace(this, other);

        /// <summary>Bits shifted to the right, broadcast in place.</summary>
        public Tensor bitwise_right_shift_(Tensor other) => Aten.BitwiseRightShiftTensorInPlace.CallInPlace(this, other);

        /// <summary>Not of the bits in place.</summary>
        public Tensor bitwise_not_() => Aten.BitwiseNotInPlace.CallInPlace(this);

        /// <summary>The quotient rounded down, broadcast.</summary>
        public Tensor floor_divide(Tensor other) => Aten.FloorDivide.Call(this, other);

        /// <summary>The quotient rounded down.</summary>
        public Tensor floor_divide(Scalar other) => Aten.FloorDivideScalar.Call(this, other);

        /// <summary>The greater of two, element by element.</summary>
        public Tensor maximum(Tensor other) => Aten.Maximum.Call(this, other);

        /// <summary>The lesser of two, element by element.</summary>
        public Tensor minimum(Tensor other) => Aten.Minimum.Call(this, other);

        private static string? RoundingName(RoundingMode mode) => mode switch
        {
            RoundingMode.trunc => "trunc",
            RoundingMode.floor => "floor",
            _ => null,
        };
    }
}
