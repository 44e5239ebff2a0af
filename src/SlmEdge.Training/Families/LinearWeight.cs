using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>The matrix of a linear layer, <c>[out, in]</c>, in whichever form it is held.</summary>
internal abstract class LinearWeight : IDisposable
{
    /// <summary>Rows: output features.</summary>
    public abstract long OutFeatures { get; }

    /// <summary>Columns: input features.</summary>
    public abstract long InFeatures { get; }

    /// <summary>Bytes that the weight occupies.</summary>
    public abstract long ByteLength { get; }

    /// <summary><c>x · Wᵀ</c> for <c>x</c> of shape <c>[tokens, in]</c>.</summary>
    public abstract Tensor Multiply(Tensor x);

    /// <summary>The matrix as fp32; the caller disposes of it.</summary>
    public abstract Tensor ToDense();

    public abstract void Dispose();
}
