using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Adapters;

/// <summary>The two low-rank factors of one projection: <c>A [rank, in]</c> and <c>B [out, rank]</c>, both fp32.</summary>
internal sealed class LoraAdapter(Tensor a, Tensor b, double scale, double dropout) : IDisposable
{
    public Tensor A { get; } = a;

    public Tensor B { get; } = b;

    public double Scale { get; } = scale;

    /// <summary>Dropout applies only while this is set.</summary>
    public bool Training { get; set; }

    /// <summary>A from a Kaiming-uniform distribution and B zero, so that training starts at the base model (as the paper does).</summary>
    public static LoraAdapter Create(long inFeatures, long outFeatures, LoraConfig config, Device device)
    {
        var bound = 1.0 / Math.Sqrt(inFeatures);
        var a = ((rand(config.Rank, inFeatures, device: device) * (2 * bound)) - bound).DetachFromDisposeScope();
        var b = zeros(outFeatures, config.Rank, device: device).DetachFromDisposeScope();
        a.requires_grad_(true);
        b.requires_grad_(true);
        return new LoraAdapter(a, b, config.Scale, config.Dropout);
    }

    /// <summary>
    /// Adds the adapter's contribution for <c>x [tokens, in]</c> to <c>y [tokens, out]</c>. The scale goes on the low-rank product, so that
    /// neither forward nor backward makes another tensor of the size of <paramref name="y"/>.
    /// </summary>
    public void AddTo(Tensor y, Tensor x)
    {
        var input = Training && dropout > 0 ? nn.functional.dropout(x, dropout, true) : x;
        y.addmm_(nn.functional.linear(input, A) * Scale, B.t(), beta: 1, alpha: 1);
    }

    /// <summary><c>scale · B · A</c>, the update of the dense weight; the caller disposes of it.</summary>
    public Tensor Delta()
    {
        using var guard = no_grad();
        return matmul(B, A) * Scale;
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }
}
