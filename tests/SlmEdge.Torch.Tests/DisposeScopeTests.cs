using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Torch.Tests;

public sealed class DisposeScopeTests
{
    [Fact]
    public void A_scope_frees_what_was_made_in_it()
    {
        var before = Live();
        Tensor made;
        using (var scope = NewDisposeScope())
        {
            made = ones(3) + ones(3);
            scope.DisposablesCount.ShouldBe(3);
            Live().ShouldBe(before + 3);
        }

        Live().ShouldBe(before);
        made.IsInvalid.ShouldBeTrue();
        Should.Throw<InvalidOperationException>(() => made.sum());
    }

    [Fact]
    public void A_tensor_moved_to_the_outer_scope_lives_as_long_as_that()
    {
        var before = Live();
        using (NewDisposeScope())
        {
            Tensor kept;
            using (NewDisposeScope())
            {
                kept = (ones(2) * 2).MoveToOuterDisposeScope();
            }

            kept.sum().ToSingle().ShouldBe(4);
            Live().ShouldBe(before + 2);
        }

        Live().ShouldBe(before);
    }

    [Fact]
    public void A_detached_tensor_belongs_to_its_holder()
    {
        Tensor kept;
        using (NewDisposeScope())
        {
            kept = ones(2).DetachFromDisposeScope();
        }

        kept.IsInvalid.ShouldBeFalse();
        kept.Dispose();
        kept.IsInvalid.ShouldBeTrue();
        kept.Dispose();
    }

    [Fact]
    public void Disposing_of_a_tensor_takes_it_out_of_its_scope()
    {
        using var scope = NewDisposeScope();
        var tensor = ones(2);
        scope.Contains(tensor).ShouldBeTrue();
        tensor.Dispose();
        scope.Contains(tensor).ShouldBeFalse();
        scope.DisposablesCount.ShouldBe(0);
    }

    [Fact]
    public void A_scope_can_be_emptied_but_for_some()
    {
        using var scope = NewDisposeScope();
        var first = ones(1);
        var second = ones(1);
        scope.DisposeEverythingBut(second);
        first.IsInvalid.ShouldBeTrue();
        second.IsInvalid.ShouldBeFalse();
        scope.DisposablesCount.ShouldBe(1);
    }

    [Fact]
    public void Scopes_of_other_threads_do_not_see_the_tensor()
    {
        using var scope = NewDisposeScope();
        var thread = new Thread(() =>
        {
            CurrentDisposeScope.ShouldBeNull();
            using var foreign = ones(1);
        });
        thread.Start();
        thread.Join();
        scope.DisposablesCount.ShouldBe(0);
    }

    [Fact]
    public void Each_operation_leaves_one_native_tensor_behind_and_in_place_ones_none()
    {
        using var scope = NewDisposeScope();
        var a = ones(4);
        var before = Live();
        a.add_(1).mul_(2).clamp_(0, 3);
        Live().ShouldBe(before);
        _ = a.chunk(2);
        Live().ShouldBe(before + 2);
        a[TensorIndex.Slice(1, 3)] = zeros(2);
        Live().ShouldBe(before + 3);
    }

    private static long Live() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;
}
