using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Torch.Tests;

public sealed class ShapeTests
{
    [Fact]
    public void Views_share_memory_and_copies_do_not()
    {
        using var scope = NewDisposeScope();
        var t = arange(6, dtype: float32);
        t.view(2, 3).transpose(0, 1).is_contiguous().ShouldBeFalse();
        t.view(2, 3)[1].zero_();
        t.data<float>().ToArray().ShouldBe([0, 1, 2, 0, 0, 0]);
        Should.Throw<ExternalException>(() => t.view(2, 3).t().view(6)).Message.ShouldContain("view size is not compatible");
        t.view(2, -1).permute(1, 0).reshape(6).data<float>().ToArray().ShouldBe([0, 0, 1, 0, 2, 0]);
        t.unsqueeze(0).unsqueeze(-1).shape.ShouldBe([1, 6, 1]);
        t.unsqueeze(0).squeeze().shape.ShouldBe([6]);
        t.unsqueeze(0).unsqueeze(0).squeeze(1).shape.ShouldBe([1, 6]);
        t.unsqueeze(0).expand(3, -1).stride().ShouldBe([0, 1]);
        ones(2, 3, 4).flatten(1).shape.ShouldBe([2, 12]);
        ones(2, 12).unflatten(1, 3, 4).shape.ShouldBe([2, 3, 4]);
        t.narrow(0, 1, 2).data<float>().ToArray().ShouldBe([1, 2]);
        t.slice(0, 0, 6, 2).data<float>().ToArray().ShouldBe([0, 2, 0]);
    }

    [Fact]
    public void Parts_and_wholes_fit_together()
    {
        using var scope = NewDisposeScope();
        var t = arange(10);
        t.chunk(3).Select(part => part.numel()).ShouldBe([4, 4, 2]);
        t.split(4).Select(part => part.numel()).ShouldBe([4, 4, 2]);
        t.split([1L, 9L]).Select(part => part.numel()).ShouldBe([1, 9]);
        cat(t.split(3)).Equals(t).ShouldBeTrue();
        cat(new List<Tensor> { ones(2, 1), zeros(2, 2) }, 1).data<float>().ToArray().ShouldBe([1, 0, 0, 1, 0, 0]);
        stack([ones(2), zeros(2)], 1).data<float>().ToArray().ShouldBe([1, 0, 1, 0]);
        tensor(new long[] { 1, 2 }).repeat(2, 2).data<long>().ToArray().ShouldBe([1, 2, 1, 2, 1, 2, 1, 2]);
        tensor(new long[] { 1, 2 }).repeat_interleave(2).data<long>().ToArray().ShouldBe([1, 1, 2, 2]);
        ones(2, 2, 3).repeat_interleave(4, dim: 1).shape.ShouldBe([2, 8, 3]);
        tensor(new long[] { 1, 2, 3 }).flip(0).data<long>().ToArray().ShouldBe([3, 2, 1]);
        ones([9, 1, 1, 1, 1, 1, 1, 1, 2]).shape.ShouldBe([9, 1, 1, 1, 1, 1, 1, 1, 2]);
    }
}
