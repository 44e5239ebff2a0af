namespace SlmEdge.Formats.Gguf.Blocks;

/// <summary>
/// Scale and minimum that round 32 values to 0…15 with the least weighted squared error (<c>make_qkx2_quants</c> of ggml-quants.c as Q4_K calls it).
/// Every sum runs in the order of the reference: another order would round otherwise.
/// </summary>
internal static class AffineRange
{
    private const int MaxLevel = 15;
    private const int Steps = 20;

    /// <summary>Fits one sub-block.</summary>
    /// <param name="x">32 values.</param>
    /// <param name="codes">Their levels under the best fit.</param>
    /// <returns>The scale, and the amount by which the least level lies below zero.</returns>
    public static (float Scale, float Minimum) Fit(ReadOnlySpan<float> x, Span<byte> codes)
    {
        Span<float> weights = stackalloc float[x.Length];
        Weigh(x, weights);
        float min = x[0];
        float max = x[0];
        float sumW = weights[0];
        float sumX = sumW * x[0];
        for (int i = 1; i < x.Length; i++)
        {
            min = x[i] < min ? x[i] : min;
            max = x[i] > max ? x[i] : max;
            sumW += weights[i];
            sumX += weights[i] * x[i];
        }

        min = min > 0 ? 0 : min;
        if (max == min)
        {
            codes.Clear();
            return (0, -min);
        }

        float inverse = MaxLevel / (max - min);
        float scale = 1 / inverse;
        Levels(x, inverse, min, codes);
        float best = Error(x, weights, codes, scale, min);
        Span<byte> tried = stackalloc byte[x.Length];
        for (int step = 0; step <= Steps; step++)
        {
            inverse = (-1f + (0.1f * step) + MaxLevel) / (max - min);
            Levels(x, inverse, min, tried);
            (float l, float l2, float xl) = Sums(x, weights, tried);
            float determinant = (sumW * l2) - (l * l);
            if (!(determinant > 0))
            {
                continue;
            }

            float thisScale = ((sumW * xl) - (sumX * l)) / determinant;
            float thisMin = ((l2 * sumX) - (l * xl)) / determinant;
            if (thisMin > 0)
            {
                thisMin = 0;
                thisScale = xl / l2;
            }

            float error = Error(x, weights, tried, thisScale, thisMin);
            if (error < best)
            {
                tried.CopyTo(codes);
                (best, scale, min) = (error, thisScale, thisMin);
            }
        }

        return (scale, -min);
    }

    /// <summary>The nearest integer, ties to even, by the mantissa of a sum with 1.5 · 2²³ (<c>nearest_int</c>).</summary>
    public static int Nearest(float value) => (BitConverter.SingleToInt32Bits(value + 12582912f) & 0x007fffff) - 0x00400000;

    private static void Weigh(ReadOnlySpan<float> x, Span<float> weights)
    {
        float squares = 0;
        foreach (float value in x)
        {
            squares += value * value;
        }

        float average = MathF.Sqrt(squares / x.Length);
        for (int i = 0; i < x.Length; i++)
        {
            weights[i] = average + MathF.Abs(x[i]);
        }
    }

    private static void Levels(ReadOnlySpan<float> x, float inverse, float min, Span<byte> codes)
    {
        for (int i = 0; i < x.Length; i++)
        {
            codes[i] = (byte)Math.Clamp(Nearest(inverse * (x[i] - min)), 0, MaxLevel);
        }
    }

    private static (float L, float L2, float XL) Sums(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, ReadOnlySpan<byte> codes)
    {
        float l = 0;
        float l2 = 0;
        float xl = 0;
        for (int i = 0; i < x.Length; i++)
        {
            float weighted = weights[i] * codes[i];
            l += weighted;
            l2 += weighted * codes[i];
            xl += weighted * x[i];
        }

        return (l, l2, xl);
    }

    private static float Error(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, ReadOnlySpan<byte> codes, float scale, float min)
    {
        float sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            float difference = (scale * codes[i]) + min - x[i];
            sum += weights[i] * (difference * difference);
        }

        return sum;
    }
}
