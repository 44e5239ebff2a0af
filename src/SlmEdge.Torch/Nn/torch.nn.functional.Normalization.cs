using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary><c>(x − mean) / √(variance + eps) · weight + bias</c> over the last dimensions.</summary>
            public static Tensor layer_norm(Tensor input, long[] normalized_shape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
                Aten.LayerNorm.Call(input, normalized_shape, weight, bias, eps);

            /// <summary><c>x / max(‖x‖ₚ, eps)</c> over a dimension.</summary>
            public static Tensor normalize(Tensor input, double p = 2.0, long dim = 1L, double eps = 1e-12)
            {
                using var scope = NewDisposeScope();
                var length = Aten.NormScalarOptDim.Call(input, p, new[] { dim }, true).clamp_min(eps);
                return input.div(length).MoveToOuterDisposeScope();
            }
        }
    }
}
