using SlmEdge.Training.Losses;
using SlmEdge.Training.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Losses;

public sealed class ChunkedCrossEntropyTests
{
    private const int Hidden = 1200;
    private const int Tokens = 40;

    /// <summary>More than one part of the head (4 Mi elements) is converted, and 16 bits are exact in fp32: only the order of the sums differs.</summary>
    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void A_head_in_16_bits_gives_the_loss_and_gradient_of_libtorch_on_its_fp32_copy(ScalarType type)
    {
        manual_seed(11);
        using var scope = NewDisposeScope();
        var head = (randn(5003, Hidden) * 0.05).to(type);
        var (loss, gradient, evaluated) = Ours(head, out var states);
        var (expected, expectedGradient, _) = Libtorch(head.to(ScalarType.Float32), states);
        loss.ShouldBe(expected, 1e-5 * expected);
        evaluated.ShouldBe(expected, 1e-5 * expected);
        Largest(gradient - expectedGradient).ShouldBeLessThan(1e-5 * Largest(expectedGradient));
    }

    [Fact]
    public void A_trained_head_gets_the_gradient_that_libtorch_gives()
    {
        manual_seed(12);
        using var scope = NewDisposeScope();
        var head = (randn(5003, Hidden) * 0.05).requires_grad_(true);
        var (loss, gradient, _) = Ours(head, out var states);
        var ours = head.grad!.clone();
        head.grad = null;
        var (expected, expectedGradient, headGradient) = Libtorch(head, states);
        loss.ShouldBe(expected, 1e-5 * expected);
        Largest(gradient - expectedGradient).ShouldBeLessThan(1e-5 * Largest(expectedGradient));
        Largest(ours - headGradient!).ShouldBeLessThan(1e-5 * Largest(headGradient!));
    }

    [Fact]
    public void A_large_vocabulary_is_worked_off_in_several_chunks()
    {
        manual_seed(13);
        using var scope = NewDisposeScope();

        // 2^25 logits a chunk are 16 rows here, so 40 positions are three chunks.
        var head = randn(2_097_152, 4) * 0.5;
        var hidden = randn(Tokens, 4).requires_grad_(true);
        var targets = Enumerable.Range(0, Tokens).Select(i => (long)(i * 50_000)).ToArray();
        var loss = ChunkedCrossEntropy.Backward(hidden, Positions(), targets, head, 0.25);
        var gradient = hidden.grad!.clone();
        hidden.grad = null;
        double sum = 0;
        for (var i = 0; i < Tokens; i++)
        {
            using var inner = NewDisposeScope();
            var row = nn.functional.cross_entropy(nn.functional.linear(hidden.narrow(0, i, 1), head), tensor(targets.AsSpan(i, 1).ToArray()));
            (row * 0.25).backward();
            sum += row.ToDouble();
        }

        loss.ShouldBe(sum, 1e-4 * sum);
        Largest(gradient - hidden.grad!).ShouldBeLessThan(1e-4 * Largest(gradient));
    }

    private static long[] Positions() => [.. Enumerable.Range(0, Tokens).Select(i => (long)i)];

    private static long[] Targets(Tensor head) => [.. Enumerable.Range(0, Tokens).Select(i => i * 997L % head.shape[0])];

    private static (double Loss, Tensor Gradient, double Evaluated) Ours(Tensor head, out Tensor states)
    {
        states = randn(Tokens, Hidden);
        var hidden = states.clone().requires_grad_(true);
        var loss = ChunkedCrossEntropy.Backward(hidden, Positions(), Targets(head), head, 0.5);
        return (loss, hidden.grad!, ChunkedCrossEntropy.Evaluate(hidden, Positions(), Targets(head), head));
    }

    private static (double Loss, Tensor Gradient, Tensor? Head) Libtorch(Tensor head, Tensor states)
    {
        var hidden = states.clone().requires_grad_(true);
        var loss = nn.functional.cross_entropy(nn.functional.linear(hidden, head), tensor(Targets(head)), reduction: nn.Reduction.Sum);
        (loss * 0.5).backward();
        return (loss.ToDouble(), hidden.grad!, head.requires_grad ? head.grad : null);
    }

    private static double Largest(Tensor values) => ModelDirectory.ReadValues(values).Max(v => Math.Abs((double)v));
}
