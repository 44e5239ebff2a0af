using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Torch.Tests;

public sealed class IndexingTests
{
    [Fact]
    public void Numbers_ranges_ellipses_and_new_dimensions_are_views()
    {
        using var scope = NewDisposeScope();
        var t = arange(24).reshape(2, 3, 4);
        t[1, 2, 3].ToInt64().ShouldBe(23);
        t[1].shape.ShouldBe([3, 4]);
        t[-1, -1].data<long>().ToArray().ShouldBe([20, 21, 22, 23]);
        t[TensorIndex.Colon, TensorIndex.Single(1), TensorIndex.Slice(1, 3)].data<long>().ToArray().ShouldBe([5, 6, 17, 18]);
        t[TensorIndex.Ellipsis, TensorIndex.Single(0)].data<long>().ToArray().ShouldBe([0, 4, 8, 12, 16, 20]);
        t[TensorIndex.Slice(step: 2), TensorIndex.Ellipsis, TensorIndex.Slice(-1)].data<long>().ToArray().ShouldBe([3, 7, 11]);
        t[TensorIndex.None, TensorIndex.Ellipsis, TensorIndex.None].shape.ShouldBe([1, 2, 3, 4, 1]);
        t[TensorIndex.Single(0), 1..3, ..2].data<long>().ToArray().ShouldBe([4, 5, 8, 9]);
        t[TensorIndex.Ellipsis].shape.ShouldBe([2, 3, 4]);
        t[0].add_(100);
        t[0, 0, 0].ToInt64().ShouldBe(100);
        Should.Throw<ArgumentException>(() => t.index(TensorIndex.Single(0), 0, 0, 0)).Message.ShouldContain("4 indices");
    }

    [Fact]
    public void Tensors_of_integers_and_masks_gather()
    {
        using var scope = NewDisposeScope();
        var t = arange(6).reshape(2, 3);
        t[TensorIndex.Colon, TensorIndex.Tensor(tensor(new long[] { 2, 0 }))].data<long>().ToArray().ShouldBe([2, 0, 5, 3]);
        t[TensorIndex.Tensor(t > 2)].data<long>().ToArray().ShouldBe([3, 4, 5]);
        t[tensor(new long[] { 1, 0 }), tensor(new long[] { 2, 1 })].data<long>().ToArray().ShouldBe([5, 1]);
        var cube = arange(8).reshape(2, 2, 2);
        var mask = tensor(new[] { true, false, false, true }, [2, 2]);
        cube[TensorIndex.Tensor(mask), TensorIndex.Tensor(tensor(new long[] { 1, 0 }))].data<long>().ToArray().ShouldBe([1, 6]);
        cube[TensorIndex.Colon, TensorIndex.Colon, TensorIndex.Tensor(tensor(new long[] { 1 }))].shape.ShouldBe([2, 2, 1]);
    }

    [Fact]
    public void Assignments_write_through_any_index()
    {
        using var scope = NewDisposeScope();
        var t = zeros(3, 3);
        t[1] = ones(3);
        t[0, 2] = tensor(5f);
        t[TensorIndex.Colon, TensorIndex.Single(0)] = tensor(7f);
        t.data<float>().ToArray().ShouldBe([7, 0, 5, 7, 1, 1, 7, 0, 0]);
        t[TensorIndex.Tensor(t == 0)] = tensor(-1f);
        t.index_put_(100, tensor(new long[] { 2 }), tensor(new long[] { 2 }));
        t.data<float>().ToArray().ShouldBe([7, -1, 5, 7, 1, 1, 7, -1, 100]);
        var counts = zeros(3);
        counts.index_put_(tensor(1f), [tensor(new long[] { 0, 2, 0 })], accumulate: true);
        counts.data<float>().ToArray().ShouldBe([2, 0, 1]);
    }

    [Fact]
    public void Gather_scatter_and_index_operations_agree_with_loops()
    {
        using var scope = NewDisposeScope();
        var t = arange(6, dtype: float32).reshape(2, 3);
        var index = tensor(new long[] { 2, 0, 1, 1 }, [2, 2]);
        t.gather(1, index).data<float>().ToArray().ShouldBe([2, 0, 4, 4]);
        zeros(2, 3).scatter_(1, index, tensor(new float[] { 1, 2, 3, 3 }, [2, 2])).data<float>().ToArray().ShouldBe([2, 0, 1, 0, 3, 0]);
        zeros(2, 3).scatter_add_(1, index, ones(2, 2)).data<float>().ToArray().ShouldBe([1, 0, 1, 0, 2, 0]);
        t.index_select(0, tensor(new long[] { 1, 1 })).data<float>().ToArray().ShouldBe([3, 4, 5, 3, 4, 5]);
        zeros(3).index_add_(0, tensor(new long[] { 1, 1, 2 }), tensor(new float[] { 1, 2, 3 }), 2).data<float>().ToArray().ShouldBe([0, 6, 6]);
        t.masked_fill(t > 3, -1).data<float>().ToArray().ShouldBe([0, 1, 2, 3, -1, -1]);
        t.masked_select(t < 2).data<float>().ToArray().ShouldBe([0, 1]);
        where(t > 2, t, zeros_like(t)).data<float>().ToArray().ShouldBe([0, 0, 0, 3, 4, 5]);
        (t > 3).nonzero().data<long>().ToArray().ShouldBe([1, 1, 1, 2]);
    }
}
