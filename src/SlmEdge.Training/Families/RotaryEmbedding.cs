using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>
/// Rotary position embedding (Su et al. 2021, arXiv 2104.09864) in the half-split layout of Hugging Face's Llama:
/// dimension <c>i</c> is rotated together with dimension <c>i + headDim / 2</c> by <c>position * theta^(-2i / headDim)</c>.
/// </summary>
internal sealed class RotaryEmbedding : IDisposable
{
    private readonly Tensor _cos;
    private readonly Tensor _sin;

    public RotaryEmbedding(int headDim, double theta, int maxPositions, Device device)
    {
        var half = headDim / 2;
        var cos = new float[maxPositions * half];
        var sin = new float[maxPositions * half];
        for (var p = 0; p < maxPositions; p++)
        {
            for (var i = 0; i < half; i++)
            {
                var angle = p * Math.Pow(theta, -2.0 * i / headDim);
                cos[(p * half) + i] = (float)Math.Cos(angle);
                sin[(p * half) + i] = (float)Math.Sin(angle);
            }
        }

        _cos = tensor(cos, new long[] { maxPositions, 1, half }, device: device).DetachFromDisposeScope();
        _sin = tensor(sin, new long[] { maxPositions, 1, half }, device: device).DetachFromDisposeScope();
    }

    /// <summary>Cosine and sine rows of the given positions, each <c>[tokens, 1, headDim / 2]</c>.</summary>
    public (Tensor Cos, Tensor Sin) At(Tensor positions) => (_cos.index_select(0, positions), _sin.index_select(0, positions));

    /// <summary>Rotates <c>[tokens, heads, headDim]</c>.</summary>
    public static Tensor Apply(Tensor x, Tensor cos, Tensor sin)
    {
        var half = x.shape[2] / 2;
        var a = x.narrow(2, 0, half);
        var b = x.narrow(2, half, half);
        return cat(new[] { (a * cos) - (b * sin), (b * cos) + (a * sin) }, 2);
    }

    public void Dispose()
    {
        _cos.Dispose();
        _sin.Dispose();
    }
}
