namespace TorchSharp;

public static partial class torch
{
    /// <summary>|x|, element by element.</summary>
    public static Tensor abs(Tensor input) => input.abs();

    /// <summary>eˣ, element by element.</summary>
    public static Tensor exp(Tensor input) => input.exp();

    /// <summary>Natural logarithm, element by element.</summary>
    public static Tensor log(Tensor input) => input.log();

    /// <summary>ln(1 + x), element by element.</summary>
    public static Tensor log1p(Tensor input) => input.log1p();

    /// <summary>Logarithm to base 2, element by element.</summary>
    public static Tensor log2(Tensor input) => input.log2();

    /// <summary>Square root, element by element.</summary>
    public static Tensor sqrt(Tensor input) => input.sqrt();

    /// <summary>1 / √x, element by element.</summary>
    public static Tensor rsqrt(Tensor input) => input.rsqrt();

    /// <summary>x², element by element.</summary>
    public static Tensor square(Tensor input) => input.square();

    /// <summary>Sine, element by element.</summary>
    public static Tensor sin(Tensor input) => input.sin();

    /// <summary>Cosine, element by element.</summary>
    public static Tensor cos(Tensor input) => input.cos();

    /// <summary>Hyperbolic tangent, element by element.</summary>
    public static Tensor tanh(Tensor input) => input.tanh();

    /// <summary>1 / (1 + e⁻ˣ), element by element.</summary>
    public static Tensor sigmoid(Tensor input) => input.sigmoid();

    /// <summary>−1, 0 or 1, element by element.</summary>
    public static Tensor sign(Tensor input) => input.sign();

    /// <summary>The greatest integer not above, element by element.</summary>
    public static Tensor floor(Tensor input) => input.floor();

    /// <summary>The least integer not below, element by element.</summary>
    public static Tensor ceil(Tensor input) => input.ceil();

    /// <summary>The integer part, element by element.</summary>
    public static Tensor trunc(Tensor input) => input.trunc();

    /// <summary>1 / x, element by element.</summary>
    public static Tensor reciprocal(Tensor input) => input.reciprocal();

    /// <summary>−x, element by element.</summary>
    public static Tensor neg(Tensor input) => input.neg();

    /// <summary>−x, element by element.</summary>
    public static Tensor negative(Tensor input) => input.negative();

    /// <summary>Error function, element by element.</summary>
    public static Tensor erf(Tensor input) => input.erf();

    /// <summary>Rounded to a number of decimals, halves to even.</summary>
    public static Tensor round(Tensor input, long decimals = 0L) =>
        input.round(decimals);

    /// <summary>Sum, broadcast.</summary>
    public static Tensor add(Tensor left, Tensor right) =>
        left.add(right);

    /// <summary>Sum with a number.</summary>
    public static Tensor add(Tensor left, Scalar right) =>
        left.add(right);

    /// <summary>Sum with <c>alpha · right</c>, broadcast.</summary>
    public static Tensor add(Tensor left, Tensor right, Scalar alpha) =>
        left.add(right, alpha);

    /// <summary>Difference, broadcast.</summary>
    public static Tensor sub(Tensor left, Tensor right) =>
        left.sub(right);

    /// <summary>Difference with a number.</summary>
    public static Tensor sub(Tensor left, Scalar right) =>
        left.sub(right);

    /// <summary>Product, element by element, broadcast.</summary>
    public static Tensor mul(Tensor left, Tensor right) =>
        left.mul(right);

    /// <summary>Product with a number.</summary>
    public static Tensor mul(Tensor left, Scalar right) =>
        left.mul(right);

    /// <summary>Quotient, element by element, broadcast.</summary>
    public static Tensor div(Tensor left, Tensor right, RoundingMode rounding_mode = RoundingMode.None) =>
        left.div(right, rounding_mode);

    /// <summary>Quotient with a number.</summary>
    public static Tensor div(Tensor left, Scalar right, RoundingMode rounding_mode = RoundingMode.None) =>
        left.div(right, rounding_mode);

    /// <summary>Power, element by element, broadcast.</summary>
    public static Tensor pow(Tensor left, Tensor exponent) =>
        left.pow(exponent);

    /// <summary>Power with a number.</summary>
    public static Tensor pow(Tensor left, Scalar exponent) =>
        left.pow(exponent);

    /// <summary>Bounded by numbers; either bound may be absent.</summary>
    public static Tensor clamp(Tensor input, Scalar? min = null, Scalar? max = null) =>
        input.clamp(min, max);

    /// <summary>Bounded by tensors; either bound may be absent.</summary>
    public static Tensor clamp(Tensor input, Tensor? min = null, Tensor? max = null) =>
        input.clamp(min, max);

    /// <summary><c>input + weight · (end − input)</c>.</summary>
    public static Tensor lerp(Tensor input, Tensor end, Tensor weight) =>
        input.lerp(end, weight);

    /// <summary><c>input + value · tensor1 · tensor2</c>.</summary>
    public static Tensor addcmul(Tensor input, Tensor tensor1, Tensor tensor2, Scalar value) =>
        input.addcmul(tensor1, tensor2, value);

    /// <summary>The greater of two, element by element.</summary>
    public static Tensor maximum(Tensor input, Tensor other) =>
        input.maximum(other);

    /// <summary>The lesser of two, element by element.</summary>
    public static Tensor minimum(Tensor input, Tensor other) =>
        input.minimum(other);

    /// <summary>ln(eˣ + eʸ), element by element, without overflow.</summary>
    public static Tensor logaddexp(Tensor left, Tensor right) =>
        left.logaddexp(right);

    /// <summary>Whether both elements are true.</summary>
    public static Tensor logical_and(Tensor left, Tensor right) =>
        left.logical_and(right);

    /// <summary>Whether either element is true.</summary>
    public static Tensor logical_or(Tensor left, Tensor right) =>
        left.logical_or(right);

    /// <summary>Whether an element is zero.</summary>
    public static Tensor logical_not(Tensor input) =>
        input.logical_not();

    /// <summary>And of the bits.</summary>
    public static Tensor bitwise_and(Tensor left, Tensor right) =>
        left.bitwise_and(right);

    /// <summary>Or of the bits.</summary>
    public static Tensor bitwise_or(Tensor left, Tensor right) =>
        left.bitwise_or(right);

    /// <summary>Exclusive or of the bits.</summary>
    public static Tensor bitwise_xor(Tensor left, Tensor right) =>
        left.bitwise_xor(right);

    /// <summary>Bits shifted to the left.</summary>
    public static Tensor bitwise_left_shift(Tensor left, Tensor right) =>
        left.bitwise_left_shift(right);

    /// <summary>Bits shifted to the right.</summary>
    public static Tensor bitwise_right_shift(Tensor left, Tensor right) =>
        left.bitwise_right_shift(right);

    /// <summary>Which elements are not numbers.</summary>
    public static Tensor isnan(Tensor input) =>
        input.isnan();

    /// <summary>Which elements are neither infinite nor NaN.</summary>
    public static Tensor isfinite(Tensor tensor) =>
        tensor.isfinite();

    /// <summary>Which elements are infinite.</summary>
    public static Tensor isinf(Tensor tensor) =>
        tensor.isinf();

    /// <summary>Which elements are equal.</summary>
    public static Tensor eq(Tensor left, Tensor right) =>
        left.eq(right);

    /// <summary>Which elements are not equal.</summary>
    public static Tensor ne(Tensor left, Tensor right) =>
        left.ne(right);

    /// <summary>Which elements are less.</summary>
    public static Tensor lt(Tensor left, Tensor right) =>
        left.lt(right);

    /// <summary>Which elements are less or equal.</summary>
    public static Tensor le(Tensor left, Tensor right) =>
        left.le(right);

    /// <summary>Which elements are greater.</summary>
    public static Tensor gt(Tensor left, Tensor right) =>
        left.gt(right);

    /// <summary>Which elements are greater or equal.</summary>
    public static Tensor ge(Tensor left, Tensor right) =>
        left.ge(right);

    /// <summary>Whether all elements are equal within <c>atol + rtol · |target|</c>.</summary>
    public static bool allclose(Tensor tensor, Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false) =>
        tensor.allclose(target, rtol, atol, equal_nan);
}
