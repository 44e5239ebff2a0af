using System.Numerics.Tensors;
using SlmEdge.Formats.Gguf;

namespace SlmEdge.Formats.Families;

/// <summary>One tensor of a decoder with its names and its shape.</summary>
/// <param name="Part">What it belongs to.</param>
/// <param name="Layer">Its block, from 0; -1 outside of the blocks.</param>
/// <param name="Name">Its name in Hugging Face's layout.</param>
/// <param name="GgufName">Its name in GGUF. Norms with a weight for each head have one name there: GGUF stacks them in the order of the heads.</param>
/// <param name="Shape">Its shape, row-major.</param>
public sealed record DecoderTensor(DecoderPart Part, int Layer, string Name, string GgufName, long[] Shape)
{
    /// <summary>Number of heads by which GGUF interleaves the rows; 0 where they stay.</summary>
    public int InterleavedHeads { get; init; }

    /// <summary>Where GGUF has the first value: behind the norms of the heads before, where it stacks them; else 0.</summary>
    public long GgufStart { get; init; }

    /// <summary>What is added to the values on the way to GGUF, whose norms all lie around one.</summary>
    public float GgufOffset { get; init; }

    /// <summary>The values as GGUF has them.</summary>
    /// <param name="values">As Hugging Face has them, row-major. May be returned or changed.</param>
    public float[] ToGguf(float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (GgufOffset != 0)
        {
            TensorPrimitives.Add(values, GgufOffset, values);
        }

        return InterleavedHeads == 0 ? values : RotaryLayout.Interleave<float>(values, Columns, InterleavedHeads);
    }

    /// <summary>The way back from <see cref="ToGguf"/>.</summary>
    /// <param name="values">As GGUF has them. May be returned or changed.</param>
    public float[] FromGguf(float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (GgufOffset != 0)
        {
            TensorPrimitives.Subtract(values, GgufOffset, values);
        }

        return InterleavedHeads == 0 ? values : RotaryLayout.Deinterleave<float>(values, Columns, InterleavedHeads);
    }

    /// <summary>Whether this is a norm's weight.</summary>
    public bool IsNormWeight { get; init; }

    /// <summary>Whether this is the weight of a projection, which adapters may target.</summary>
    public bool IsProjection { get; init; }

    private int Columns => Shape.Length == 1 ? 1 : (int)Shape[1];
}
