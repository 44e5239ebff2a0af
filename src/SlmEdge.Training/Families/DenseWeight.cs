using static TorchSharp.torch;

namespace SlmEdge.Training.Families;

/// <summary>A weight held as one tensor.</summary>
internal sealed class DenseWeight(Tensor value) : LinearWeight
{
    public Tensor Value { get; } = value;

    public override long OutFeatures => Value.shape[0];

    public override long InFeatures => Value.shape[1];

    public override long ByteLength => Value.NumberOfElements * Value.ElementSize;

    public override Tensor Multiply(Tensor x) => nn.functional.linear(x, Value);

    public override Tensor ToDense() => Value.to(ScalarType.Float32).clone();

    public override void Dispose() => Value.Dispose();
}
