using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>
/// Rotary position embedding (Su et al. 2021, arXiv 2104.09864) in the half-split layout of Hugging Face's Llama:
/// dimension <c>i</c> is rotated together with dimension <c>i + headDim / 2</c> by <c>position * frequencies[i]</c>.
/// </summary>
internal sealed class RotaryEmbedding(double[] frequencies, Device device) : IDisposable
{
    private Tensor? _cos;
    private Tensor? _sin;

    /// <summary>Cosine and sine rows of the given positions, each <c>[tokens, 1, headDim / 2]</c>.</summary>
    public (Tensor Cos, Tensor Sin) At(long[] positions)
    {
        Grow(positions.Max() + 1);
        using var rows = tensor(positions, device: device);
        return (_cos!.index_select(0, rows), _sin!.index_select(0, rows));
    }

    /// <summary>Rotates <c>[tokens, heads, headDim]</c>.</summary>
    public static Tensor Apply(Tensor x, Tensor cos, Tensor sin)
    {
        using var scope = NewDisposeScope();
        var half = x.shape[2] / 2;
        var a = x.narrow(2, 0, half);
        var b = x.narrow(2, half, half);
        return cat(new[] { (a * cos) - (b * sin), (b * cos) + (a * sin) }, 2).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _cos?.Dispose();
        _sin?.Dispose();
    }

    /// <summary>Makes the tables long enough; a model's full context would often be far more than any sequence needs.</summary>
    private void Grow(long length)
    {
        if (_cos is not null && _cos.shape[0] >= length)
        {
            return;
        }

        var half = frequencies.Length;
        var rows = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length);
        var cos = new float[rows * half];
        var sin = new float[rows * half];
        for (var i = 0; i < cos.Length; i++)
        {
            var angle = i / half * frequencies[i % half];
            cos[i] = (float)Math.Cos(angle);
            sin[i] = (float)Math.Sin(angle);
        }

        Dispose();
        _cos = tensor(cos, new long[] { rows, 1, half }, device: device).DetachFromDisposeScope();
        _sin = tensor(sin, new long[] { rows, 1, half }, device: device).DetachFromDisposeScope();
    }
}
