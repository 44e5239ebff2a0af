using SlmEdge.Training.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Packing;

public sealed class AttentionLayoutTests
{
    private const int HeadDim = 8;

    [Theory]
    [InlineData(new[] { 11, 4, 1, 23 }, 4, 2, 0, 0)]
    [InlineData(new[] { 7, 7, 7 }, 2, 2, 0, 0)]
    [InlineData(new[] { 11, 4, 1, 23 }, 3, 1, 5, 0)]
    [InlineData(new[] { 11, 4, 1, 23 }, 4, 2, 0, 2)]
    [InlineData(new[] { 11, 4, 1, 23 }, 4, 1, 6, 1.5)]
    [InlineData(new[] { 11, 4 }, 2, 1, 40, 0)]
    public void Attention_over_a_pack_gives_each_sequences_own_output_and_gradients(int[] lengths, int heads, int kvHeads, int window, double softcap)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var pack = new PackedSequences([.. lengths.Select(l => new int[l])]);
        using var layout = new AttentionLayout(pack, CPU);
        Tensor[] inputs = [Input(pack.TokenCount, heads), Input(pack.TokenCount, kvHeads), Input(pack.TokenCount, kvHeads)];
        var weight = randn(pack.TokenCount, heads * HeadDim);

        var (output, gradients) = Run(inputs, weight, (q, k, v) => layout.Attend(q, k, v, HeadDim, 0.4, window, softcap));
        var (expected, expectedGradients) = Run(inputs, weight, (q, k, v) => cat([.. lengths.Select((l, i) =>
            PlainAttention.Attend(
                q.narrow(0, pack.Offsets[i], l), k.narrow(0, pack.Offsets[i], l), v.narrow(0, pack.Offsets[i], l), HeadDim, 0.4, window, softcap))], 0));

        Difference(output, expected).ShouldBeLessThan(1e-5);
        for (var i = 0; i < gradients.Length; i++)
        {
            Difference(gradients[i], expectedGradients[i]).ShouldBeLessThan(1e-5, $"input {i}");
        }
    }

    private static Tensor Input(int tokens, int heads) => randn(tokens, heads * HeadDim).requires_grad_(true);

    private static (Tensor Output, Tensor[] Gradients) Run(Tensor[] inputs, Tensor weight, Func<Tensor, Tensor, Tensor, Tensor> attend)
    {
        var output = attend(inputs[0], inputs[1], inputs[2]);
        (output * weight).sum().backward();
        var gradients = inputs.Select(i => i.grad!.clone()).ToArray();
        foreach (var input in inputs)
        {
            input.grad = null;
        }

        return (output.detach(), gradients);
    }

    /// <summary>Largest difference as a share of the largest value.</summary>
    private static double Difference(Tensor actual, Tensor expected) =>
        (actual - expected).abs().max().ToDouble() / expected.abs().max().ToDouble();
}
