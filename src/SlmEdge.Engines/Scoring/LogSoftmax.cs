using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SlmEdge.Engines.Scoring;

/// <summary>Log-probabilities from a row of logits, over the full vocabulary, without allocating.</summary>
public static class LogSoftmax
{
    // Numbers that are added up in single precision before they go into the sum in double precision.
    private const int Block = 256;

    /// <summary>
    /// Computes log Σ exp(logit) with the largest logit taken out first, blocks of it in single and their sum in
    /// double precision. A token's log-probability is its logit minus this value.
    /// </summary>
    /// <remarks>
    /// The same logits give the same bits on every processor, compiled ahead of time or just in time: always eight lanes, added up in one order, and no step that is
    /// fused where the processor can.
    /// </remarks>
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

        double sum = 0;
        for (var start = 0; start < logits.Length; start += Block)
        {
            sum += SumExp(logits.Slice(start, Math.Min(Block, logits.Length - start)), max);
        }

        return max + Math.Log(sum);
    }

    private static double SumExp(ReadOnlySpan<float> logits, float max)
    {
        var most = Vector256.Create(max);
        var lanes = Vector256<float>.Zero;
        ref var first = ref MemoryMarshal.GetReference(logits);
        var i = 0;
        for (; i <= logits.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            lanes += Exp(Vector256.LoadUnsafe(ref first, (nuint)i) - most);
        }

        if (i < logits.Length)
        {
            Span<float> rest = stackalloc float[Vector256<float>.Count];
            rest.Fill(float.NegativeInfinity);
            logits[i..].CopyTo(rest);
            lanes += Exp(Vector256.Create<float>(rest) - most);
        }

        double sum = 0;
        for (var lane = 0; lane < Vector256<float>.Count; lane++)
        {
            sum += lanes.GetElement(lane);
        }

        return sum;
    }

    /// <summary>exp(x) for x ≤ 0 to about one unit in the last place: 2ⁿ·exp(r), the polynomial and the split of ln 2 as in Cephes' <c>expf</c> (S. L. Moshier).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Exp(Vector256<float> x)
    {
        // Below it the result would have no normal representation; it counts as nothing beside the largest, which is 1.
        const float Lowest = -87;
        var counts = Vector256.GreaterThanOrEqual(x, Vector256.Create(Lowest));
        x = Vector256.ConditionalSelect(counts, x, Vector256.Create(Lowest));

        // Adding 1.5·2²³ rounds to the nearest whole number and leaves it in the lowest bits: what every processor has, where floor and conversion are not everywhere.
        const float Rounder = 12582912;
        var rounded = (x * Vector256.Create(1.44269504088896341f)) + Vector256.Create(Rounder);
        var n = rounded - Vector256.Create(Rounder);
        x = x - (n * Vector256.Create(0.693359375f)) - (n * Vector256.Create(-2.12194440e-4f));
        var y = (x * Vector256.Create(1.9875691500e-4f)) + Vector256.Create(1.3981999507e-3f);
        y = (y * x) + Vector256.Create(8.3334519073e-3f);
        y = (y * x) + Vector256.Create(4.1665795894e-2f);
        y = (y * x) + Vector256.Create(1.6666665459e-1f);
        y = (y * x) + Vector256.Create(5.0000001201e-1f);
        y = (y * (x * x)) + x + Vector256<float>.One;
        var power = (rounded.AsInt32() - Vector256.Create(BitConverter.SingleToInt32Bits(Rounder) - 127)) << 23;
        return y * power.AsSingle() & counts;
    }
}
