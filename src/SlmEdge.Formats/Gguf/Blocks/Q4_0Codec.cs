using System.Runtime.Intrinsics;

namespace SlmEdge.Formats.Gguf.Blocks;

/// <summary><c>block_q4_0</c>: <c>w = d · (q − 8)</c>.</summary>
internal sealed class Q4_0Codec() : NibbleCodec(GgmlType.Q4_0, Vector128.Create(-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, (sbyte)7))
{
    protected override float Choose(ReadOnlySpan<float> values, Span<byte> indices)
    {
        // The value of largest magnitude takes the one level that has no opposite, −8; its sign goes into the scale.
        float extreme = 0;
        foreach (float value in values)
        {
            extreme = MathF.Abs(value) > MathF.Abs(extreme) ? value : extreme;
        }

        float scale = extreme / -8;
        float inverse = scale != 0 ? 1 / scale : 0;
        for (int i = 0; i < values.Length; i++)
        {
            indices[i] = (byte)Math.Min(15, (int)((values[i] * inverse) + 8.5f));
        }

        return scale;
    }
}
