using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Families;

public sealed class TanhGeluTests
{
    /// <summary>The formula written out, differentiated by libtorch.</summary>
    [Fact]
    public void Value_and_gradient_are_autograds()
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var values = randn(500) * 3;
        var weights = randn(500);
        var expected = values.clone().requires_grad_(true);
        var inner = (expected + (expected * expected * expected * 0.044715)) * Math.Sqrt(2 / Math.PI);
        var reference = expected * (inner.tanh() + 1) * 0.5;
        (reference * weights).sum().backward();

        var actual = values.clone().requires_grad_(true);
        var result = TanhGelu.Apply(actual);
        (result * weights).sum().backward();
        (result - reference).abs().max().item<float>().ShouldBeLessThan(1e-5f);
        (actual.grad! - expected.grad!).abs().max().item<float>().ShouldBeLessThan(1e-5f);
        ModelDirectory.ReadValues(result).ShouldContain(v => v < 0, "the negative side must be among the values");
    }
}
