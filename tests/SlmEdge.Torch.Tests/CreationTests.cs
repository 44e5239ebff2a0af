using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Torch.Tests;

public sealed class CreationTests
{
    [Fact]
    public void Shapes_types_and_values_are_those_asked_for()
    {
        using var scope = NewDisposeScope();
        var a = zeros(2, 3, dtype: float64);
        a.shape.ShouldBe([2, 3]);
        a.dtype.ShouldBe(float64);
        a.device.ToString().ShouldBe("cpu");
        a.stride().ShouldBe([3, 1]);
        a.ndim.ShouldBe(2);
        a.numel().ShouldBe(6);
        a.size(-1).ShouldBe(3);
        a.ElementSize.ShouldBe(8);
        a.ToString().ShouldBe("[2x3], type = Float64, device = cpu");
        ones([4], dtype: ScalarType.Int32).data<int>().ToArray().ShouldBe([1, 1, 1, 1]);
        full(2, 7.5).data<float>().ToArray().ShouldBe([7.5f, 7.5f]);
        empty(5, 0).numel().ShouldBe(0);
        arange(4).dtype.ShouldBe(int64);
        arange(1, 2, 0.25).data<float>().ToArray().ShouldBe([1, 1.25f, 1.5f, 1.75f]);
        eye(2).data<float>().ToArray().ShouldBe([1, 0, 0, 1]);
        tril(ones(2, 2)).data<float>().ToArray().ShouldBe([1, 0, 1, 1]);
        triu(ones(2, 2), 1).data<float>().ToArray().ShouldBe([0, 1, 0, 0]);
        full_like(a, 3).data<double>().ToArray().ShouldBe([3, 3, 3, 3, 3, 3]);
        linspace(0, 1, 3).data<float>().ToArray().ShouldBe([0, 0.5f, 1]);
        ones(2, requires_grad: true).requires_grad.ShouldBeTrue();
    }

    [Fact]
    public void Arrays_become_tensors_of_their_type_and_are_copied()
    {
        using var scope = NewDisposeScope();
        var source = new float[] { 1, 2, 3, 4, 5, 6 };
        var t = tensor(source, [2, 3]);
        source[0] = 100;
        t[0, 0].ToSingle().ShouldBe(1);
        tensor(new long[] { 1 }).dtype.ShouldBe(int64);
        tensor(new[] { 1 }).dtype.ShouldBe(int32);
        tensor(new byte[] { 255 }).dtype.ShouldBe(uint8);
        tensor(new sbyte[] { -1 }).dtype.ShouldBe(int8);
        tensor(new[] { true, false }).dtype.ShouldBe(ScalarType.Bool);
        tensor(new double[] { 1 }, dtype: float32).dtype.ShouldBe(float32);
        tensor(new float[,] { { 1, 2 }, { 3, 4 } }).shape.ShouldBe([2, 2]);
        tensor(3.5).ToDouble().ShouldBe(3.5);
        tensor(3.5f).shape.ShouldBeEmpty();
        tensor(Array.Empty<float>()).numel().ShouldBe(0);
        Should.Throw<ArgumentException>(() => tensor(source, [7])).Message.ShouldContain("7 elements");
    }

    [Fact]
    public void The_same_seed_gives_the_same_numbers_and_a_saved_state_goes_on()
    {
        using var scope = NewDisposeScope();
        manual_seed(42);
        var first = randn(8);
        var state = get_rng_state();
        var second = rand(8);
        manual_seed(42);
        randn(8).Equals(first).ShouldBeTrue();
        rand(8).Equals(second).ShouldBeTrue();
        set_rng_state(state);
        rand(8).Equals(second).ShouldBeTrue();
        initial_seed().ShouldBe(42);
        var own = new Generator(5);
        var drawn = randint(0, 10, [100], generator: own);
        own.manual_seed(5);
        randint(0, 10, [100], generator: own).Equals(drawn).ShouldBeTrue();
        drawn.min().ToInt64().ShouldBeGreaterThanOrEqualTo(0);
        drawn.max().ToInt64().ShouldBeLessThan(10);
        randperm(6).sort().Values.data<long>().ToArray().ShouldBe([0, 1, 2, 3, 4, 5]);
    }

    [Fact]
    public void A_normal_sample_has_the_mean_and_deviation_of_its_distribution()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var sample = randn(100_000);
        sample.mean().ToSingle().ShouldBe(0, 0.02);
        sample.std().ToSingle().ShouldBe(1, 0.02);
        var uniform = rand(100_000);
        uniform.mean().ToSingle().ShouldBe(0.5f, 0.01);
        uniform.var().ToSingle().ShouldBe(1f / 12, 0.002);
        empty(50_000).bernoulli_(0.25).mean().ToSingle().ShouldBe(0.25f, 0.01);
    }
}
