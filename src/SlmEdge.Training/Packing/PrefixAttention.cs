using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Packing;

/// <summary>
/// All segments behind a prefix over that prefix: the prefix's keys and values are there once, and one matrix product a head scores every
/// query against them.
/// </summary>
internal static class PrefixAttention
{
    /// <summary>Joins what the queries see of the prefix to what <see cref="CausalAttention"/> wrote of their own segments.</summary>
    public static void Forward(AttentionShape shape, PrefixSpan span, long[] positions, Tensor q, Tensor k, Tensor v, Tensor output, Tensor logSumExp)
    {
        using var scope = NewDisposeScope();
        var kh = Prefix(shape, span, k);
        var vh = Prefix(shape, span, v);
        foreach (var block in Blocks(shape, span, positions))
        {
            using var inner = NewDisposeScope();
            var (o, lse) = AttentionBlock.Forward(shape, block.ToHeads(q), block.Keys(kh), block.Keys(vh), block.Hide);
            var other = shape.ToRows(lse, 1, block.Rows);
            var own = block.Take(logSumExp);
            var share = (other - own).sigmoid_().unsqueeze(2);
            block.Take(output).view(block.Rows, shape.Heads, shape.HeadDim)
                .lerp_(shape.ToRows(o, 1, block.Rows).view(block.Rows, shape.Heads, shape.HeadDim), share);
            own.copy_(own.logaddexp(other));
        }
    }

    /// <summary>Adds the prefix's part to the three gradients.</summary>
    public static void Backward(
        AttentionShape shape, PrefixSpan span, long[] positions, Tensor q, Tensor k, Tensor v, Tensor gradient, Tensor logSumExp, Tensor dot, Tensor gradientQ, Tensor gradientK, Tensor gradientV)
    {
        using var scope = NewDisposeScope();
        var kh = Prefix(shape, span, k);
        var vh = Prefix(shape, span, v);
        var keyGradient = zeros_like(kh);
        var valueGradient = zeros_like(vh);
        foreach (var block in Blocks(shape, span, positions))
        {
            using var inner = NewDisposeScope();
            var (dq, dk, dv) = AttentionBlock.Backward(
                shape, block.ToHeads(q), block.Keys(kh), block.Keys(vh), block.ToHeads(gradient), block.NumbersToHeads(logSumExp), block.NumbersToHeads(dot), block.Hide);
            block.Take(gradientQ).add_(shape.ToRows(dq, 1, block.Rows));
            block.Keys(keyGradient).add_(dk);
            block.Keys(valueGradient).add_(dv);
        }

        gradientK.narrow(0, span.PrefixOffset, span.PrefixLength).add_(shape.ToRows(keyGradient, 1, span.PrefixLength));
        gradientV.narrow(0, span.PrefixOffset, span.PrefixLength).add_(shape.ToRows(valueGradient, 1, span.PrefixLength));
    }

    private static Tensor Prefix(AttentionShape shape, PrefixSpan span, Tensor tokens) =>
        shape.ToHeads(tokens.narrow(0, span.PrefixOffset, span.PrefixLength), 1, span.PrefixLength);

    private static IEnumerable<Block> Blocks(AttentionShape shape, PrefixSpan span, long[] positions)
    {
        var rows = Math.Max(16, AttentionBlock.MaxScores / (shape.Heads * span.PrefixLength));
        for (var done = 0; done < span.Length; done += rows)
        {
            var (first, count) = (span.Offset + done, Math.Min(rows, span.Length - done));
            var mine = positions.AsMemory(first, count);
            var firstKey = shape.Window > 0 ? Math.Max(0, (int)Smallest(mine.Span) - shape.Window + 1) : 0;
            if (firstKey < span.PrefixLength)
            {
                yield return new Block(shape, first, count, firstKey, span.PrefixLength - firstKey, mine);
            }
        }
    }

    private static long Smallest(ReadOnlySpan<long> positions)
    {
        var smallest = long.MaxValue;
        foreach (var position in positions)
        {
            smallest = Math.Min(smallest, position);
        }

        return smallest;
    }

    /// <summary>Some of the queries behind the prefix, and the part of the prefix that any of them sees. A key's position is its place in the prefix.</summary>
    private readonly record struct Block(AttentionShape Shape, int First, int Rows, int FirstKey, int KeyCount, ReadOnlyMemory<long> Positions)
    {
        public Tensor Take(Tensor tokens) => tokens.narrow(0, First, Rows);

        public Tensor ToHeads(Tensor tokens) => Shape.ToHeads(Take(tokens), 1, Rows);

        public Tensor NumbersToHeads(Tensor tokens) => Shape.NumbersToHeads(Take(tokens), 1, Rows);

        public Tensor Keys(Tensor heads) => heads.narrow(1, FirstKey, KeyCount);

        /// <summary>Without a window, all queries see all of the prefix.</summary>
        public void Hide(Tensor scores)
        {
            if (Shape.Window == 0)
            {
                return;
            }

            var mask = new float[Rows * KeyCount];
            for (var row = 0; row < Rows; row++)
            {
                var leftBehind = Positions.Span[row] - Shape.Window - FirstKey + 1;
                mask.AsSpan(row * KeyCount, (int)Math.Clamp(leftBehind, 0, KeyCount)).Fill(AttentionBlock.Hidden);
            }

            scores.view(Shape.KvHeads, Rows, Shape.Group, KeyCount)
                .add_(tensor(mask, new long[] { Rows, 1, KeyCount }, device: scores.device).to(scores.dtype));
        }
    }
}
