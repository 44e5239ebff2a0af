using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>|x|, element by element.</summary>
        public Tensor abs() => Aten.Abs.Call(this);

        /// <summary>|x|, element by element, in place.</summary>
        public Tensor abs_() => Aten.AbsInPlace.CallInPlace(this);

        /// <summary>eˣ, element by element.</summary>
        public Tensor exp() => Aten.Exp.Call(this);

        /// <summary>eˣ, element by element, in place.</summary>
        public Tensor exp_() => Aten.ExpInPlace.CallInPlace(this);

        /// <summary>Natural logarithm, element by element.</summary>
        public Tensor log() => Aten.Log.Call(this);

        /// <summary>Natural logarithm, element by element, in place.</summary>
        public Tensor log_() => Aten.LogInPlace.CallInPlace(this);

        /// <summary>ln(1 + x), element by element.</summary>
        public Tensor log1p() => Aten.Log1p.Call(this);

        /// <summary>ln(1 + x), element by element, in place.</summary>
        public Tensor log1p_() => Aten.Log1pInPlace.CallInPlace(this);

        /// <summary>Logarithm to base 2, element by element.</summary>
        public Tensor log2() => Aten.Log2.Call(this);

        /// <summary>Logarithm to base 2, element by element, in place.</summary>
        public Tensor log2_() => Aten.Log2InPlace.CallInPlace(this);

        /// <summary>Square root, element by element.</summary>
        public Tensor sqrt() => Aten.Sqrt.Call(this);

        /// <summary>Square root, element by element, in place.</summary>
        public Tensor sqrt_() => Aten.SqrtInPlace.CallInPlace(this);

        /// <summary>1 / √x, element by element.</summary>
        public Tensor rsqrt() => Aten.Rsqrt.Call(this);

        /// <summary>1 / √x, element by element, in place.</summary>
        public Tensor rsqrt_() => Aten.RsqrtInPlace.CallInPlace(this);

        /// <summary>Sine, element by element.</summary>
        public Tensor sin() => Aten.Sin.Call(this);

        /// <summary>Sine, element by element, in place.</summary>
        public Tensor sin_() => Aten.SinInPlace.CallInPlace(this);

        /// <summary>Cosine, element by element.</summary>
        public Tensor cos() => Aten.Cos.Call(this);

        /// <summary>Cosine, element by element, in place.</summary>
        public Tensor cos_() => Aten.CosInPlace.CallInPlace(this);

        /// <summary>Tangent, element by element.</summary>
        public Tensor tan() => Aten.Tan.Call(this);

        /// <summary>Tangent, element by element, in place.</summary>
        public Tensor tan_() => Aten.TanInPlace.CallInPlace(this);

        /// <summary>Hyperbolic tangent, element by element.</summary>
        public Tensor tanh() => Aten.Tanh.Call(this);

        /// <summary>Hyperbolic tangent, element by element, in place.</summary>
        public Tensor tanh_() => Aten.TanhInPlace.CallInPlace(this);

        /// <summary>1 / (1 + e⁻ˣ), element by element.</summary>
        public Tensor sigmoid() => Aten.Sigmoid.Call(this);

        /// <summary>1 / (1 + e⁻ˣ), element by element, in place.</summary>
        public Tensor sigmoid_() => Aten.SigmoidInPlace.CallInPlace(this);

        /// <summary>−x, element by element.</summary>
        public Tensor neg() => Aten.Neg.Call(this);

        /// <summary>−x, element by element, in place.</summary>
        public Tensor neg_() => Aten.NegInPlace.CallInPlace(this);

        /// <summary>1 / x, element by element.</summary>
        public Tensor reciprocal() => Aten.Reciprocal.Call(this);

        /// <summary>1 / x, element by element, in place.</summary>
        public Tensor reciprocal_() => Aten.ReciprocalInPlace.CallInPlace(this);

        /// <summary>The greatest integer not above, element by element.</summary>
        public Tensor floor() => Aten.Floor.Call(this);

        /// <summary>The greatest integer not above, element by element, in place.</summary>
        public Tensor floor_() => Aten.FloorInPlace.CallInPlace(this);

        /// <summary>The least integer not below, element by element.</summary>
        public Tensor ceil() => Aten.Ceil.Call(this);

        /// <summary>The least integer not below, element by element, in place.</summary>
        public Tensor ceil_() => Aten.CeilInPlace.CallInPlace(this);

        /// <summary>The integer part, element by element.</summary>
        public Tensor trunc() => Aten.Trunc.Call(this);

        /// <summary>The integer part, element by element, in place.</summary>
        public Tensor trunc_() => Aten.TruncInPlace.CallInPlace(this);

        /// <summary>max(x, 0), element by element.</summary>
        public Tensor relu() => Aten.Relu.Call(this);

        /// <summary>max(x, 0), element by element, in place.</summary>
        public Tensor relu_() => Aten.ReluInPlace.CallInPlace(this);

        /// <summary>−1, 0 or 1, element by element.</summary>
        public Tensor sign() => Aten.Sign.Call(this);

        /// <summary>−1, 0 or 1, element by element, in place.</summary>
        public Tensor sign_() => Aten.SignInPlace.CallInPlace(this);

        /// <summary>Error function, element by element.</summary>
        public Tensor erf() => Aten.Erf.Call(this);

        /// <summary>Error function, element by element, in place.</summary>
        public Tensor erf_() => Aten.ErfInPlace.CallInPlace(this);

        /// <summary>eˣ − 1, element by element.</summary>
        public Tensor expm1() => Aten.Expm1.Call(this);

        /// <summary>eˣ − 1, element by element, in place.</summary>
        public Tensor expm1_() => Aten.Expm1InPlace.CallInPlace(this);

        /// <summary>Whether an element is zero, element by element.</summary>
        public Tensor logical_not() => Aten.LogicalNot.Call(this);

        /// <summary>Whether an element is zero, element by element, in place.</summary>
        public Tensor logical_not_() => Aten.LogicalNotInPlace.CallInPlace(this);

        /// <summary>−x, element by element.</summary>
        public Tensor negative() => neg();

        /// <summary>|x|, element by element.</summary>
        public Tensor absolute() => abs();

        /// <summary>x², element by element.</summary>
        public Tensor square() => pow(2);

        /// <summary>Rounded to a number of decimals, halves to even.</summary>
        public Tensor round(long decimals = 0L) => Aten.RoundDecimals.Call(this, decimals);

        /// <summary>Rounded to a number of decimals, halves to even, in place.</summary>
        public Tensor round_(long decimals = 0L) => Aten.RoundDecimalsInPlace.CallInPlace(this, decimals);

        /// <summary>x · σ(x), element by element.</summary>
        public Tensor silu() => Aten.Silu.Call(this);

        /// <summary>x · σ(x), element by element, in place.</summary>
        public Tensor silu_() => Aten.SiluInPlace.CallInPlace(this);

        /// <summary>x · Φ(x), element by element, with the exact normal distribution function.</summary>
        public Tensor gelu() => Aten.Gelu.Call(this);

        /// <summary>ln σ(x), element by element.</summary>
        public Tensor log_sigmoid() => Aten.LogSigmoid.Call(this);

        /// <summary>ln(eˣ + eʸ), element by element, without overflow.</summary>
        public Tensor logaddexp(Tensor other) => Aten.Logaddexp.Call(this, other);

        /// <summary>Which elements are not numbers.</summary>
        public Tensor isnan() => Aten.Isnan.Call(this);

        /// <summary>Which elements are neither infinite nor NaN.</summary>
        public Tensor isfinite() => Aten.Isfinite.Call(this);

        /// <summary>Which elements are infinite.</summary>
        public Tensor isinf() => Aten.Isinf.Call(this);
    }
}
