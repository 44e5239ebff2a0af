using TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            /// <summary><c>softmax(query · keyᵀ / √E + mask) · value</c> (Vaswani et al. 2017, arXiv 1706.03762).</summary>
            /// <param name="query"><c>[…, L, E]</c>.</param>
            /// <param name="key"><c>[…, S, E]</c>.</param>
            /// <param name="value"><c>[…, S, V]</c>.</param>
            /// <param name="attn_mask"><c>[…, L, S]</c>: booleans (true takes part), or numbers to be added.</param>
            /// <param name="p">The probability with which an attention weight is dropped.</param>
            /// <param name="is_casual">Whether place i attends to the places up to i only.</param>
            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(p);
                if (is_casual && attn_mask is not null)
                {
                    throw new ArgumentException("A mask cannot be given together with causal attention.", nameof(attn_mask));
                }

                if (Aten.ScaledDotProductAttention.Exists)
                {
                    return Aten.ScaledDotProductAttention.Call(query, key, value, attn_mask, p, is_casual);
                }

                // libtorch before 2.0 has no such operator.
                using var scope = NewDisposeScope();
                var scores = query.mul(1.0 / Math.Sqrt(query.size(-1))).matmul(key.transpose(-2, -1));
                var mask = is_casual
                    ? ones([query.size(-2), key.size(-2)], ScalarType.Bool, query.device).tril()
                    : attn_mask;
                if (mask is not null)
                {
                    scores = mask.dtype == ScalarType.Bool
                        ? scores.masked_fill(mask.logical_not(), double.NegativeInfinity)
                        : scores.add(mask);
                }

                var weights = scores.softmax(-1);
                if (p > 0)
                {
                    weights = dropout(weights, p);
                }

                return weights.matmul(value).MoveToOuterDisposeScope();
            }
        }
    }
}
