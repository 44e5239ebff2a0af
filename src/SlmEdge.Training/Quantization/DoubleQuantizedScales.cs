using System.Numerics.Tensors;

namespace SlmEdge.Training.Quantization;

/// <summary>
/// QLoRA's double quantisation: the block scales of a matrix, less their mean, in 8 bits with one fp32 scale for every 256 of them.
/// The 8-bit values are linear (−127 … 127), which for scales, bunched around their mean, is as good as the paper's 8-bit float.
/// </summary>
internal sealed class DoubleQuantizedScales
{
    /// <summary>Scales that share one second-level scale.</summary>
    public const int GroupSize = 256;

    private readonly sbyte[] _codes;
    private readonly float[] _groupScales;
    private readonly float _mean;

    public DoubleQuantizedScales(ReadOnlySpan<float> scales)
    {
        _mean = TensorPrimitives.Sum(scales) / Math.Max(1, scales.Length);
        _codes = new sbyte[scales.Length];
        _groupScales = new float[(scales.Length + GroupSize - 1) / GroupSize];
        for (var group = 0; group < _groupScales.Length; group++)
        {
            var start = group * GroupSize;
            var members = scales.Slice(start, Math.Min(GroupSize, scales.Length - start));
            float largest = 0;
            foreach (var scale in members)
            {
                largest = MathF.Max(largest, MathF.Abs(scale - _mean));
            }

            _groupScales[group] = largest / 127;
            for (var i = 0; i < members.Length && largest > 0; i++)
            {
                _codes[start + i] = (sbyte)MathF.Round((members[i] - _mean) / _groupScales[group]);
            }
        }
    }

    public int Count => _codes.Length;

    public long ByteLength => _codes.Length + (4L * _groupScales.Length) + 4;

    /// <summary>Restores scales <paramref name="start"/> onwards.</summary>
    public void Restore(int start, Span<float> scales)
    {
        for (var i = 0; i < scales.Length; i++)
        {
            scales[i] = _mean + (_codes[start + i] * _groupScales[(start + i) / GroupSize]);
        }
    }
}
