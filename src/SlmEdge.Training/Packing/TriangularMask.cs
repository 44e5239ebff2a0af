using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Packing;

/// <summary>
/// The two triangles that block-wise attention needs, for a block of up to <see cref="MaxRows"/> positions. Every smaller triangle is the
/// corner of the large one, so each is made once per process, device and number of query heads per key head.
/// </summary>
internal static class TriangularMask
{
    /// <summary>Most positions in a block of queries.</summary>
    public const int MaxRows = 128;

    private static readonly ConcurrentDictionary<(DeviceType Type, int Index, ScalarType Dtype, int Group, bool Future), Tensor> Masks = [];

    /// <summary>Hides the keys after each query's own position: <c>[rows * group, rows]</c>.</summary>
    public static Tensor Future(int rows, int group, Tensor like) => Corner(rows, group, like, future: true);

    /// <summary>Hides the keys up to each query's own position, those that a window has left behind: <c>[rows * group, rows]</c>.</summary>
    public static Tensor Past(int rows, int group, Tensor like) => Corner(rows, group, like, future: false);

    private static Tensor Corner(int rows, int group, Tensor like, bool future) => Masks
        .GetOrAdd((like.device.type, like.device.index, like.dtype, group, future), key => Build(key.Group, key.Future, like))
        .narrow(0, 0, rows * group).narrow(1, 0, rows);

    private static Tensor Build(int group, bool future, Tensor like)
    {
        var mask = new float[MaxRows * group * MaxRows];
        for (var row = 0; row < MaxRows * group; row++)
        {
            var query = row / group;
            var keys = mask.AsSpan(row * MaxRows, MaxRows);
            (future ? keys[(query + 1)..] : keys[..(query + 1)]).Fill(AttentionBlock.Hidden);
        }

        using var scope = NewDisposeScope();
        return tensor(mask, new long[] { MaxRows * group, MaxRows }, device: like.device).to(like.dtype).DetachFromDisposeScope();
    }
}
