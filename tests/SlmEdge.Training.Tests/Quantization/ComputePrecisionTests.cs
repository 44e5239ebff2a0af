using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using SlmEdge.Training.Quantization;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Quantization;

public sealed class ComputePrecisionTests
{
    [Fact]
    public void Products_in_bfloat16_are_those_in_fp32_to_bfloat16s_precision()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var values = ModelDirectory.ReadValues(randn(96, 128));
        LinearWeight Weight(ComputePrecision precision) => new BlockWeight(new Nf4Matrix(96, 128, values), CPU, precision);
        var x = randn(20, 128);
        var (exact, exactGradient) = Run(Weight(ComputePrecision.Fp32), x);
        var (rounded, roundedGradient) = Run(Weight(ComputePrecision.Bf16), x);
        Apart(rounded, exact).ShouldBeInRange(1e-6, 0.01);
        Apart(roundedGradient, exactGradient).ShouldBeInRange(1e-6, 0.01);
    }

    private static (float[] Product, float[] Gradient) Run(LinearWeight weight, Tensor x)
    {
        using var input = x.clone().requires_grad_(true);
        using var product = weight.Multiply(input);
        product.square().sum().backward();
        product.dtype.ShouldBe(ScalarType.Float32);
        return (ModelDirectory.ReadValues(product), ModelDirectory.ReadValues(input.grad!));
    }

    private static double Apart(float[] values, float[] expected) =>
        values.Zip(expected, (a, b) => Math.Abs(a - b)).Max() / (expected.Max() - expected.Min());
}
