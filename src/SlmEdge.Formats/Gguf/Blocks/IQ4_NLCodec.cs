using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SlmEdge.Formats.Gguf.Blocks;

/// <summary><c>block_iq4_nl</c>: the 16 levels (<c>kvalues_iq4nl</c>) lie denser around zero, as weights do.</summary>
internal sealed class IQ4_NLCodec() : NibbleCodec(
    GgmlType.IQ4_NL, Vector128.Create(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, (sbyte)113))
{
    /// <summary>Scales tried on either side of the plain one.</summary>
    private const int Tries = 7;

    /// <summary>GROUP_MAX_EPS: a block of smaller values is zero.</summary>
    private const float Smallest = 1e-15f;

    protected override float Choose(ReadOnlySpan<float> values, Span<byte> indices)
    {
        float extreme = 0;
        foreach (float value in values)
        {
            extreme = MathF.Abs(value) > MathF.Abs(extreme) ? value : extreme;
        }

        if (MathF.Abs(extreme) < Smallest)
        {
            NearestLevels(values, 0, indices);
            return 0;
        }

        // Squared values are the weights of the error, of which the scale s = Σwqx / Σwq² leaves the least.
        (float product, float square) = Correlate(values, 1 / (-extreme / Level(0)), indices);
        float scale = square > 0 ? product / square : 0;
        float best = scale * product;
        for (int i = -Tries; i <= Tries; i++)
        {
            (product, square) = Correlate(values, (i + Level(0)) / extreme, indices);
            if (square > 0 && product * product > best * square)
            {
                scale = product / square;
                best = scale * product;
            }
        }

        NearestLevels(values, scale != 0 ? 1 / scale : 0, indices);
        return scale;
    }

    /// <summary>Sums in the order of the reference, since another order would round otherwise.</summary>
    private (float Product, float Square) Correlate(ReadOnlySpan<float> values, float inverse, Span<byte> indices)
    {
        NearestLevels(values, inverse, indices);
        float product = 0;
        float square = 0;
        for (int i = 0; i < values.Length; i++)
        {
            float level = Level(indices[i]);
            float weighted = values[i] * values[i] * level;
            product += weighted * values[i];
            square += weighted * level;
        }

        return (product, square);
    }

    /// <summary>The index of the nearest level is the number of midpoints between levels at or below the value; midpoints are exact in single precision.</summary>
    private void NearestLevels(ReadOnlySpan<float> values, float inverse, Span<byte> indices)
    {
        for (int i = 0; i < values.Length; i += Vector256<float>.Count)
        {
            Vector256<float> scaled = Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i) * inverse;
            Vector256<int> count = Vector256<int>.Zero;
            for (int level = 1; level < 16; level++)
            {
                // A comparison is -1 in every lane where it holds.
                count -= Vector256.GreaterThanOrEqual(scaled, Vector256.Create((Level(level - 1) + Level(level)) / 2)).AsInt32();
            }

            for (int lane = 0; lane < Vector256<int>.Count; lane++)
            {
                indices[i + lane] = (byte)count[lane];
            }
        }
    }
}
