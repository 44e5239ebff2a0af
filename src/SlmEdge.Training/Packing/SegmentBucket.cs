using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Packing;

/// <summary>
/// Segments of about the same length, viewed as <c>[sequences, length]</c>. Shorter ones are filled on the right with copies of row 0: a
/// real query sees nothing to its right, and what the fillers compute is dropped.
/// </summary>
internal sealed class SegmentBucket
{
    /// <summary>Segments that differ by less than this share a bucket, whatever their length.</summary>
    private const int Slack = 16;

    private readonly int _offset;
    private readonly long[]? _rows;
    private readonly float[]? _fill;
    private readonly long[]? _real;
    private readonly long[]? _target;

    private SegmentBucket(IReadOnlyList<PackSegment> segments)
    {
        Sequences = segments.Count;
        Length = segments.Max(s => s.Length);
        _offset = segments[0].Offset;
        if (segments.Index().All(s => s.Item.Length == Length && s.Item.Offset == _offset + (s.Index * Length)))
        {
            return;
        }

        _rows = new long[Sequences * Length];
        _fill = new float[Sequences * Length];
        for (var s = 0; s < Sequences; s++)
        {
            for (var t = 0; t < Length; t++)
            {
                var real = t < segments[s].Length;
                _rows[(s * Length) + t] = real ? segments[s].Offset + t : 0;
                _fill[(s * Length) + t] = real ? 0 : float.PositiveInfinity;
            }
        }

        _real = [.. _fill.Index().Where(f => f.Item == 0).Select(f => (long)f.Index)];
        _target = [.. _real.Select(r => _rows[r])];
    }

    public int Sequences { get; }

    public int Length { get; }

    /// <summary>Sorts segments into buckets with little filling and of at most <paramref name="maxRows"/> rows, or one segment.</summary>
    public static IReadOnlyList<SegmentBucket> Sort(IEnumerable<PackSegment> segments, int maxRows)
    {
        var buckets = new List<SegmentBucket>();
        var current = new List<PackSegment>();
        foreach (var segment in segments.OrderByDescending(s => s.Length).ThenBy(s => s.Offset))
        {
            if (current.Count > 0)
            {
                var longest = current[0].Length;
                if (longest - segment.Length > Math.Max(Slack, longest / 8) || (current.Count + 1) * longest > maxRows)
                {
                    buckets.Add(new SegmentBucket(current));
                    current = [];
                }
            }

            current.Add(segment);
        }

        buckets.Add(new SegmentBucket(current));
        return buckets;
    }

    /// <summary><c>[tokens, width]</c> → <c>[sequences * length, width]</c>.</summary>
    public Tensor Gather(Tensor tokens) =>
        _rows is null ? tokens.narrow(0, _offset, Sequences * Length) : tokens.index_select(0, tensor(_rows, device: tokens.device));

    /// <summary>
    /// <see cref="Gather"/> of the queries' log-sum-exp, infinite at fillers: their probabilities become zero, and so does every gradient
    /// that would come from them.
    /// </summary>
    public Tensor GatherLogSumExp(Tensor tokens) =>
        _fill is null ? Gather(tokens) : Gather(tokens).add_(tensor(_fill, device: tokens.device).to(tokens.dtype).unsqueeze(1));

    /// <summary>Writes the bucket's rows, <c>[sequences * length, width]</c>, where they belong in <c>[tokens, width]</c>; fillers are left out.</summary>
    public void Put(Tensor target, Tensor rows)
    {
        if (_real is null)
        {
            target.narrow(0, _offset, Sequences * Length).copy_(rows);
            return;
        }

        target.index_copy_(0, tensor(_target!, device: target.device), rows.index_select(0, tensor(_real, device: target.device)));
    }
}
