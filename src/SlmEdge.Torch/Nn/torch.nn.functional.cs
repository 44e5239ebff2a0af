using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>The functions that layers are made of.</summary>
        public static partial class functional
        {
            /// <summary><c>input · weightsᵀ + bias</c>; input <c>[…, in]</c>, weights <c>[out, in]</c>, bias <c>[out]</c>.</summary>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null) => Aten.Linear.Call(input, weights, bias);

            /// <summary>x · σ(x), element by element.</summary>
            public static Tensor silu(Tensor x, bool inplace = false) => inplace ? x.silu_().alias() : x.silu();

            /// <summary>max(x, 0), element by element.</summary>
            public static Tensor relu(Tensor x, bool inplace = false) => inplace ? x.relu_().alias() : x.relu();

            /// <summary>x · Φ(x), element by element, with the exact normal distribution function.</summary>
            public static Tensor gelu(Tensor x) => x.gelu();

            /// <summary>1 / (1 + e⁻ˣ), element by element.</summary>
            public static Tensor sigmoid(Tensor x) => x.sigmoid();

            /// <summary>ln σ(x), element by element.</summary>
            public static Tensor logsigmoid(Tensor x) => x.log_sigmoid();

            /// <summary>eˣ / Σ eˣ over a dimension.</summary>
            public static Tensor softmax(Tensor input, long dim, ScalarType? dtype = null) => input.softmax(dim, dtype);

            /// <summary>ln of the softmax over a dimension.</summary>
            public static Tensor log_softmax(Tensor x, long dim) => x.log_softmax(dim);

            /// <summary>In training, zeroes elements with probability <paramref name="p"/> and scales the others by 1 / (1 − p).</summary>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false) =>
                inplace ? Aten.DropoutInPlace.CallInPlace(input, p, training).alias() : Aten.Dropout.Call(input, p, training);

            /// <summary>Ones at the places that the integers name, in a new last dimension.</summary>
            public static Tensor one_hot(Tensor x, long num_classes = -1) => x.dtype == ScalarType.Int64
                ? Aten.OneHot.Call(x, num_classes)
                : throw new ArgumentException($"one_hot takes a tensor of 64-bit integers, but got {x}.", nameof(x));
        }
    }
}
