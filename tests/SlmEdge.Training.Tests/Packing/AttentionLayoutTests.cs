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
    [InlineData(new[] { 300, 290, 20 }, 4, 2, 0, 0)]
    [InlineData(new[] { 300, 290, 20 }, 4, 2, 50, 3)]
    [InlineData(new[] { 300 }, 2, 1, 170, 0)]
    public void Attention_over_a_pack_gives_each_sequences_own_output_and_gradients(int[] lengths, int heads, int kvHeads, int window, double softcap)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        var pack = new PackedSequences([.. lengths.Select(l => new int[l])]);
        var layout = new AttentionLayout(pack);
        Tensor[] inputs = [Input(pack.TokenCount, heads), Input(pack.TokenCount, kvHeads), Input(pack.TokenCount, kvHeads)];
        var weight = randn(pack.TokenCount, heads * HeadDim);

        var (output, gradients) = Run(inputs, weight, (q, k, v) => layout.Attend(q, k, v, HeadDim, 0.4, window, softcap));
        var (expected, expectedGradients) = Run(inputs, weight, (q, k, v) => cat([.. lengths.Select((l, i) =>
            PlainAttention.Attend(
                q.narrow(0, pack.RowOf(i, 0), l), k.narrow(0, pack.RowOf(i, 0), l), v.narrow(0, pack.RowOf(i, 0), l), HeadDim, 0.4, window, softcap))], 0));

        Difference(output, expected).ShouldBeLessThan(1e-5);
        for (var i = 0; i < gradients.Length; i++)
        {
            Difference(gradients[i], expectedGradients[i]).ShouldBeLessThan(1e-5, $"input {i}");
        }
    }

    [Theory]
    [InlineData(40, new[] { 5, 9, 5, 1, 30 }, 4, 2, 0, 0)]
    [InlineData(150, new[] { 5, 140, 0 }, 4, 1, 0, 0)]
    [InlineData(40, new[] { 5, 9, 50 }, 4, 2, 12, 0)]
    [InlineData(40, new[] { 5, 9, 50 }, 2, 2, 12, 1.5)]
    [InlineData(40, new[] { 5, 9, 50 }, 3, 1, 0, 2)]
    public void Sequences_behind_a_shared_prefix_get_the_output_and_gradients_that_they_have_alone(
        int prefix, int[] suffixes, int heads, int kvHeads, int window, double softcap)
    {
        using var scope = NewDisposeScope();
        manual_seed(4);
        int[][] sequences = [[1, 2, 3], .. suffixes.Select((s, i) => new int[prefix + s].Select((_, t) => t < prefix ? 9 : 10 + i + t).ToArray())];
        var pack = PackedSequences.WithSharedPrefixes(sequences);
        pack.TokenCount.ShouldBe(3 + prefix + suffixes.Sum());
        var layout = new AttentionLayout(pack);
        Tensor[] inputs = [Input(pack.TokenCount, heads), Input(pack.TokenCount, kvHeads), Input(pack.TokenCount, kvHeads)];
        var weight = randn(pack.TokenCount, heads * HeadDim);
        var rows = sequences.Select((s, i) => s.Select((_, t) => (long)pack.RowOf(i, t)).ToArray()).ToArray();
        var all = rows.SelectMany(r => r).ToArray();
        var first = tensor(Enumerable.Range(0, pack.TokenCount).Select(row => (long)Array.IndexOf(all, row)).ToArray());

        var (output, gradients) = Run(inputs, weight, (q, k, v) => layout.Attend(q, k, v, HeadDim, 0.4, window, softcap));
        var (expected, expectedGradients) = Run(inputs, weight, (q, k, v) => cat([.. rows.Select(r =>
        {
            var own = tensor(r);
            return PlainAttention.Attend(q.index_select(0, own), k.index_select(0, own), v.index_select(0, own), HeadDim, 0.4, window, softcap);
        })], 0).index_select(0, first));

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
