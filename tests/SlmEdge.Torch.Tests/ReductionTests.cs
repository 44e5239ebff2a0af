using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Torch.Tests;

public sealed class ReductionTests
{
    [Fact]
    public void Reductions_give_the_numbers_worked_out_by_hand()
    {
        using var scope = NewDisposeScope();
        var t = tensor(new double[] { 1, 5, 3, 4, 2, 6 }, [2, 3]);
        t.sum().ToDouble().ShouldBe(21);
        t.sum(1).data<double>().ToArray().ShouldBe([9, 12]);
        t.sum([0, 1], keepdim: true).shape.ShouldBe([1, 1]);
        t.sum(0, keepdim: true).data<double>().ToArray().ShouldBe([5, 7, 9]);
        t.mean().ToDouble().ShouldBe(3.5);
        t.mean([1]).data<double>().ToArray().ShouldBe([3, 4]);
        t.max().ToDouble().ShouldBe(6);
        var (values, indexes) = t.max(1);
        values.data<double>().ToArray().ShouldBe([5, 6]);
        indexes.data<long>().ToArray().ShouldBe([1, 2]);
        t.min(0).indexes.data<long>().ToArray().ShouldBe([0, 1, 0]);
        t.argmax().ToInt64().ShouldBe(5);
        t.argmax(1, keepdim: true).shape.ShouldBe([2, 1]);
        t.amax(0).data<double>().ToArray().ShouldBe([4, 5, 6]);
        t.amin([1], keepdim: true).data<double>().ToArray().ShouldBe([1, 2]);
        t.var(1).data<double>().ToArray().ShouldBe([4, 4]);
        t.var(1, unbiased: false).data<double>().ToArray().ShouldBe([8.0 / 3, 8.0 / 3], 1e-12);
        t.std().ToDouble().ShouldBe(Math.Sqrt(3.5), 1e-12);
        tensor(new double[] { 3, 4 }).norm().ToDouble().ShouldBe(5);
        t.norm(1, p: 1).data<double>().ToArray().ShouldBe([9, 12]);
        t.cumsum(1).data<double>().ToArray().ShouldBe([1, 6, 9, 4, 6, 12]);
        t.logsumexp(1)[0].ToDouble().ShouldBe(Math.Log(Math.Exp(1) + Math.Exp(5) + Math.Exp(3)), 1e-12);
        t.topk(2).values.data<double>().ToArray().ShouldBe([5, 3, 6, 4]);
        t.sort(descending: true).Indices.data<long>().ToArray().ShouldBe([1, 2, 0, 2, 0, 1]);
        (t > 5).any().ToBoolean().ShouldBeTrue();
        (t > 5).all().ToBoolean().ShouldBeFalse();
        (t > 2).all(0).data<bool>().ToArray().ShouldBe([false, false, true]);
        tensor(new long[] { 1, 3, 1 }).bincount(null).data<long>().ToArray().ShouldBe([0, 2, 0, 1]);
        t.count_nonzero().ToInt64().ShouldBe(6);
    }

    [Fact]
    public void Softmax_is_the_exponential_over_its_sum()
    {
        using var scope = NewDisposeScope();
        var t = tensor(new double[] { 1, 2, 3 });
        var sum = Math.Exp(1) + Math.Exp(2) + Math.Exp(3);
        t.softmax(0).data<double>().ToArray().ShouldBe([Math.Exp(1) / sum, Math.Exp(2) / sum, Math.Exp(3) / sum], 1e-12);
        t.log_softmax(-1).data<double>().ToArray().ShouldBe([1 - Math.Log(sum), 2 - Math.Log(sum), 3 - Math.Log(sum)], 1e-12);
        ones(2).softmax(0, float64).dtype.ShouldBe(float64);
        tensor(new float[] { 1000, 0 }).softmax(0).data<float>().ToArray().ShouldBe([1, 0]);
    }

    [Fact]
    public void Comparisons_and_logic_hold_element_by_element()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new float[] { 1, 2, float.NaN });
        var b = tensor(new float[] { 1, 3, float.PositiveInfinity });
        (a == b).data<bool>().ToArray().ShouldBe([true, false, false]);
        (a != b).data<bool>().ToArray().ShouldBe([false, true, true]);
        (a < b).data<bool>().ToArray().ShouldBe([false, true, false]);
        (a >= 2).data<bool>().ToArray().ShouldBe([false, true, false]);
        (2 > b).data<bool>().ToArray().ShouldBe([true, false, false]);
        a.isnan().data<bool>().ToArray().ShouldBe([false, false, true]);
        b.isfinite().data<bool>().ToArray().ShouldBe([true, true, false]);
        ((a == 1) & (b == 1)).data<bool>().ToArray().ShouldBe([true, false, false]);
        (a == 1).logical_not().data<bool>().ToArray().ShouldBe([false, true, true]);
        a.allclose(a).ShouldBeFalse();
        a.allclose(a, equal_nan: true).ShouldBeTrue();
        ones(2).allclose(ones(2) + 1e-9).ShouldBeTrue();
        ones(2).Equals(ones(3)).ShouldBeFalse();
    }

    [Fact]
    public void Bits_of_bytes_can_be_packed_and_unpacked()
    {
        using var scope = NewDisposeScope();
        var low = tensor(new byte[] { 1, 15, 7 });
        var high = tensor(new byte[] { 2, 0, 9 });
        var four = tensor(new byte[] { 4 });
        var packed = low | high.bitwise_left_shift(four);
        packed.data<byte>().ToArray().ShouldBe([0x21, 0x0F, 0x97]);
        (packed & tensor(new byte[] { 15 })).Equals(low).ShouldBeTrue();
        packed.bitwise_right_shift(four).Equals(high).ShouldBeTrue();
    }

    [Fact]
    public void Pointwise_functions_agree_with_the_ones_of_the_framework()
    {
        using var scope = NewDisposeScope();
        double[] x = [0.3, 1.7, 2.2];
        var t = tensor(x);
        void Agree(Tensor actual, Func<double, double> expected) =>
            actual.data<double>().ToArray().ShouldBe([.. x.Select(expected)], 1e-12);
        Agree(t.exp(), Math.Exp);
        Agree(t.log(), Math.Log);
        Agree(t.sqrt(), Math.Sqrt);
        Agree(t.rsqrt(), v => 1 / Math.Sqrt(v));
        Agree(t.sin(), Math.Sin);
        Agree(t.cos(), Math.Cos);
        Agree(t.tanh(), Math.Tanh);
        Agree(t.sigmoid(), v => 1 / (1 + Math.Exp(-v)));
        Agree(t.silu(), v => v / (1 + Math.Exp(-v)));
        Agree(t.log_sigmoid(), v => -Math.Log(1 + Math.Exp(-v)));
        Agree(t.pow(3), v => Math.Pow(v, 3));
        Agree(t.neg().abs(), v => v);
        Agree((-t).relu(), _ => 0);
        Agree(t.round(), Math.Round);
        Agree(t.floor(), Math.Floor);
        Agree(t.maximum(ones_like(t)), v => Math.Max(v, 1));
        Agree(t.clamp(0.5, 2), v => Math.Clamp(v, 0.5, 2));
        Agree(t.lerp(zeros_like(t), tensor(0.25)), v => v * 0.75);
        Agree(t.reciprocal(), v => 1 / v);
        Agree(t.div(1, RoundingMode.floor), Math.Floor);
        tensor(0.5).gelu().ToDouble().ShouldBe(0.34573123063700656, 1e-9);
    }
}
