using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Packing;

/// <summary>Each segment of a bucket over itself, block of queries by block of queries; keys that no query of a block sees are not touched.</summary>
internal static class CausalAttention
{
    /// <summary>Writes the bucket's rows of <paramref name="output"/> <c>[tokens, heads * headDim]</c> and <paramref name="logSumExp"/> <c>[tokens, heads]</c>.</summary>
    public static void Forward(AttentionShape shape, SegmentBucket bucket, Tensor q, Tensor k, Tensor v, Tensor output, Tensor logSumExp)
    {
        using var scope = NewDisposeScope();
        var (s, l) = (bucket.Sequences, bucket.Length);
        var qh = shape.ToHeads(bucket.Gather(q), s, l);
        var kh = shape.ToHeads(bucket.Gather(k), s, l);
        var vh = shape.ToHeads(bucket.Gather(v), s, l);
        var outputHeads = empty_like(qh);
        var sums = empty(qh.shape[0], qh.shape[1], 1, dtype: q.dtype, device: q.device);
        foreach (var block in Blocks(shape, s, l))
        {
            using var inner = NewDisposeScope();
            var (o, lse) = AttentionBlock.Forward(shape, block.Queries(qh), block.Keys(kh), block.Keys(vh), block.Hide);
            block.Queries(outputHeads).copy_(o);
            block.Queries(sums).copy_(lse);
        }

        bucket.Put(output, shape.ToRows(outputHeads, s, l));
        bucket.Put(logSumExp, shape.ToRows(sums, s, l));
    }

    /// <summary>Writes the bucket's rows of the three gradients.</summary>
    public static void Backward(
        AttentionShape shape, SegmentBucket bucket, Tensor q, Tensor k, Tensor v, Tensor gradient, Tensor logSumExp, Tensor dot, Tensor gradientQ, Tensor gradientK, Tensor gradientV)
    {
        using var scope = NewDisposeScope();
        var (s, l) = (bucket.Sequences, bucket.Length);
        var qh = shape.ToHeads(bucket.Gather(q), s, l);
        var kh = shape.ToHeads(bucket.Gather(k), s, l);
        var vh = shape.ToHeads(bucket.Gather(v), s, l);
        var outputGradient = shape.ToHeads(bucket.Gather(gradient), s, l);
        var sums = shape.NumbersToHeads(bucket.GatherLogSumExp(logSumExp), s, l);
        var dots = shape.NumbersToHeads(bucket.Gather(dot), s, l);
        var queryGradient = empty_like(qh);
        var keyGradient = zeros_like(kh);
        var valueGradient = zeros_like(vh);
        foreach (var block in Blocks(shape, s, l))
        {
            using var inner = NewDisposeScope();
            var (dq, dk, dv) = AttentionBlock.Backward(
                shape, block.Queries(qh), block.Keys(kh), block.Keys(vh), block.Queries(outputGradient), block.Queries(sums), block.Queries(dots), block.Hide);
            block.Queries(queryGradient).copy_(dq);
            block.Keys(keyGradient).add_(dk);
            block.Keys(valueGradient).add_(dv);
        }

        bucket.Put(gradientQ, shape.ToRows(queryGradient, s, l));
        bucket.Put(gradientK, shape.ToRows(keyGradient, s, l));
        bucket.Put(gradientV, shape.ToRows(valueGradient, s, l));
    }

    private static IEnumerable<Block> Blocks(AttentionShape shape, int sequences, int length)
    {
        var seen = shape.Window > 0 ? Math.Min(length, shape.Window + TriangularMask.MaxRows) : length;
        var most = Math.Clamp(AttentionBlock.MaxScores / (shape.Heads * seen), 16, TriangularMask.MaxRows);
        var rows = Math.Min(length, most);
        var together = Math.Clamp(AttentionBlock.MaxScores / (shape.Heads * rows * seen), 1, sequences);
        for (var s = 0; s < sequences; s += together)
        {
            for (var first = 0; first < length; first += rows)
            {
                var firstKey = shape.Window > 0 ? Math.Max(0, first - shape.Window + 1) : 0;
                yield return new Block(shape, s, Math.Min(together, sequences - s), first, Math.Min(rows, length - first), firstKey);
            }
        }
    }

    /// <summary>Positions <c>First … First + Rows</c> of some sequences, and the keys from <c>FirstKey</c> to the last of these positions.</summary>
    private readonly record struct Block(AttentionShape Shape, int Sequence, int Sequences, int First, int Rows, int FirstKey)
    {
        public Tensor Queries(Tensor heads) => Some(heads).narrow(1, (long)First * Shape.Group, (long)Rows * Shape.Group);

        public Tensor Keys(Tensor heads) => Some(heads).narrow(1, FirstKey, First + Rows - FirstKey);

        public void Hide(Tensor scores)
        {
            var lead = First - FirstKey;
            if (Rows > 1)
            {
                scores.narrow(2, lead, Rows).add_(TriangularMask.Future(Rows, Shape.Group, scores));
            }

            // Row r has left behind the keys up to r - (window - lead).
            var left = Rows - (Shape.Window - lead);
            if (Shape.Window > 0 && left > 0)
            {
                scores.narrow(1, (long)(Rows - left) * Shape.Group, (long)left * Shape.Group).narrow(2, 0, left).add_(TriangularMask.Past(left, Shape.Group, scores));
            }
        }

        private Tensor Some(Tensor heads) => heads.narrow(0, (long)Sequence * Shape.KvHeads, (long)Sequences * Shape.KvHeads);
    }
}
