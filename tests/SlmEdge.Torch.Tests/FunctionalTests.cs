using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SlmEdge.Torch.Tests;

public sealed class FunctionalTests
{
    [Fact]
    public void Linear_is_a_product_with_the_transposed_weights_plus_the_bias()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new float[] { 1, 2, 3, 4 }, [2, 2]);
        var w = tensor(new float[] { 1, 0, 0, 1, 1, 1 }, [3, 2]);
        functional.linear(x, w).data<float>().ToArray().ShouldBe([1, 2, 3, 3, 4, 7]);
        functional.linear(x, w, tensor(new float[] { 10, 20, 30 })).data<float>().ToArray().ShouldBe([11, 22, 33, 13, 24, 37]);
    }

    [Fact]
    public void Cross_entropy_ignores_what_it_is_told_to()
    {
        using var scope = NewDisposeScope();
        var logits = tensor(new double[] { 1, 2, 0, 3, 1, 1 }, [3, 2]);
        var target = tensor(new long[] { 0, -100, 1 });
        double Loss(double own, double other) => Math.Log(1 + Math.Exp(other - own));
        var losses = new[] { Loss(1, 2), 0, Loss(1, 1) };
        functional.cross_entropy(logits, target, reduction: Reduction.None).data<double>().ToArray().ShouldBe(losses, 1e-12);
        functional.cross_entropy(logits, target).ToDouble().ShouldBe(losses.Sum() / 2, 1e-12);
        functional.cross_entropy(logits, target, reduction: Reduction.Sum).ToDouble().ShouldBe(losses.Sum(), 1e-12);
        functional.nll_loss(logits.log_softmax(1), target).ToDouble().ShouldBe(losses.Sum() / 2, 1e-12);
        functional.cross_entropy(logits, tensor(new long[] { 0, 1, 1 }), ignore_index: 0, reduction: Reduction.Sum).ToDouble()
            .ShouldBe(Loss(3, 0) + Loss(1, 1), 1e-12);
    }

    [Fact]
    public void Divergence_and_squared_error_follow_their_formulas()
    {
        using var scope = NewDisposeScope();
        var p = tensor(new double[] { 0.2, 0.8 });
        var q = tensor(new double[] { 0.5, 0.5 });
        var expected = (0.2 * Math.Log(0.2 / 0.5)) + (0.8 * Math.Log(0.8 / 0.5));
        functional.kl_div(q.log(), p.log(), reduction: Reduction.Sum).ToDouble().ShouldBe(expected, 1e-12);
        functional.kl_div(q.log(), p, log_target: false, reduction: Reduction.Sum).ToDouble().ShouldBe(expected, 1e-12);
        functional.mse_loss(p, q).ToDouble().ShouldBe(0.09, 1e-12);
        functional.binary_cross_entropy_with_logits(tensor(new double[] { 2 }), tensor(new double[] { 1 })).ToDouble()
            .ShouldBe(Math.Log(1 + Math.Exp(-2)), 1e-12);
    }

    [Fact]
    public void Normalisations_follow_their_formulas()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new double[] { 1, 2, 3, 6 }, [1, 4]);
        var deviation = Math.Sqrt(3.5 + 1e-5);
        functional.layer_norm(x, [4], ones(4, dtype: float64) * 2, ones(4, dtype: float64)).data<double>().ToArray()
            .ShouldBe([.. new double[] { 1, 2, 3, 6 }.Select(v => ((v - 3) / deviation * 2) + 1)], 1e-12);
        functional.normalize(x).norm().ToDouble().ShouldBe(1, 1e-12);
        functional.normalize(zeros(1, 3)).sum().ToDouble().ShouldBe(0);
    }

    [Fact]
    public void Dropout_zeroes_a_share_and_keeps_the_mean_and_does_nothing_outside_training()
    {
        using var scope = NewDisposeScope();
        manual_seed(11);
        var x = ones(50_000);
        var dropped = functional.dropout(x, 0.2);
        (dropped == 0).to(float32).mean().ToSingle().ShouldBe(0.2f, 0.01);
        dropped.max().ToSingle().ShouldBe(1.25f);
        functional.dropout(x, 0.2, training: false).Equals(x).ShouldBeTrue();
        functional.dropout(x, 0.9, inplace: true);
        (x == 0).any().ToBoolean().ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Attention_agrees_with_loops_over_places(bool causal)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var (q, k, v) = (randn([2, 3, 4], float64), randn([2, 3, 4], float64), randn([2, 3, 5], float64));
        var result = functional.scaled_dot_product_attention(q, k, v, is_casual: causal);
        result.shape.ShouldBe([2, 3, 5]);
        for (var b = 0; b < 2; b++)
        {
            for (var i = 0; i < 3; i++)
            {
                var last = causal ? i : 2;
                var scores = Enumerable.Range(0, last + 1).Select(j => Math.Exp(q[b, i].dot(k[b, j]).ToDouble() / 2)).ToArray();
                for (var e = 0; e < 5; e++)
                {
                    var expected = scores.Select((score, j) => score * v[b, j, e].ToDouble()).Sum() / scores.Sum();
                    result[b, i, e].ToDouble().ShouldBe(expected, 1e-10);
                }
            }
        }

        var mask = ones([3, 3], ScalarType.Bool);
        mask = causal ? mask.tril() : mask;
        functional.scaled_dot_product_attention(q, k, v, mask).allclose(result).ShouldBeTrue();
        var added = zeros([3, 3], float64).masked_fill(mask.logical_not(), double.NegativeInfinity);
        functional.scaled_dot_product_attention(q, k, v, added).allclose(result).ShouldBeTrue();
    }

    [Fact]
    public void Clipping_scales_all_gradients_to_the_common_norm()
    {
        using var scope = NewDisposeScope();
        var a = new Parameter(zeros(2));
        var b = nn.Parameter(zeros(1));
        var none = new Parameter(zeros(1));
        a.grad = tensor(new float[] { 3, 0 });
        b.grad = tensor(new float[] { 4 });
        nn.utils.clip_grad_norm_([a, b, none], 10).ShouldBe(5);
        b.grad!.ToSingle().ShouldBe(4);
        nn.utils.clip_grad_norm_([a, b, none], 1).ShouldBe(5);
        a.grad!.data<float>().ToArray().ShouldBe([0.6f, 0], 1e-6);
        b.grad!.ToSingle().ShouldBe(0.8f, 1e-6);
    }

    [Fact]
    public void A_parameter_takes_over_its_tensor()
    {
        Parameter parameter;
        Tensor data;
        using (var scope = NewDisposeScope())
        {
            data = ones(2);
            parameter = new Parameter(data);
            data.IsInvalid.ShouldBeTrue();
            parameter.requires_grad.ShouldBeTrue();
            parameter.is_leaf.ShouldBeTrue();
            scope.DisposablesCount.ShouldBe(1);
        }

        parameter.IsInvalid.ShouldBeTrue();
    }

    [Fact]
    public void One_hot_marks_the_class() =>
        functional.one_hot(tensor(new long[] { 1, 0 }), 3).data<long>().ToArray().ShouldBe([0, 1, 0, 1, 0, 0]);
}
