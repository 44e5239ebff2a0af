using System.Numerics.Tensors;

namespace SlmEdge.Engines.Scoring;

/// <summary>Log-probabilities from a row of logits, over the full vocabulary, without allocating.</summary>
public static class LogSoftmax
{
    // Small enough to stay in the first-level cache, large enough to keep the vector units busy.
    private const int Block = 1024;

    /// <summary>
    /// Computes log Σ exp(logit) with the largest logit taken out first, blocks of it in single and their sum in
    /// double precision. A token's log-probability is its logit minus this value.
    /// </summary>
    /// <param name="logits">One row of logits; not empty.</param>
    /// <exception cref="EngineException">A logit is NaN or infinite: the model's weights or its file are damaged.</exception>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        if (logits.IsEmpty)
        {
            throw new ArgumentException("A row of logits is empty.", nameof(logits));
        }

        // Max gives NaN when there is one.
        var max = TensorPrimitives.Max(logits);
        if (!float.IsFinite(max))
        {
            throw new EngineException($"The model gave a logit of {max}; its weights are damaged or overflow in this precision.");
        }

        Span<float> scratch = stackalloc float[Block];
        double sum = 0;
        for (var start = 0; start < logits.Length; start += Block)
        {
            var row = logits.Slice(start, Math.Min(Block, logits.Length - start));
            var target = scratch[..row.Length];
            TensorPrimitives.Subtract(row, max, target);
            TensorPrimitives.Exp(target, target);
            sum += TensorPrimitives.Sum<float>(target);
        }

        return max + Math.Log(sum);
    }
}
