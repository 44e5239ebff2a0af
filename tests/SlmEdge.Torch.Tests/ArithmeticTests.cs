using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Torch.Tests;

public sealed class ArithmeticTests
{
    [Fact]
    public void Operators_give_the_numbers_worked_out_by_hand()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new float[] { 1, 2, 3, 4 });
        var b = tensor(new float[] { 10, 20, 30, 40 });

        (a + b).data<float>().ToArray().ShouldBe([11, 22, 33, 44]);
        (b - a).data<float>().ToArray().ShouldBe([9, 18, 27, 36]);
        (a * 3).data<float>().ToArray().ShouldBe([3, 6, 9, 12]);
        (b / a).data<float>().ToArray().ShouldBe([10, 10, 10, 10]);
        (1 - a).data<float>().ToArray().ShouldBe([0, -1, -2, -3]);
        (12 / a).data<float>().ToArray().ShouldBe([12, 6, 4, 3]);
        (-a).data<float>().ToArray().ShouldBe([-1, -2, -3, -4]);
        a.add(b, alpha: 0.5).data<float>().ToArray().ShouldBe([6, 12, 18, 24]);
        a.square().data<float>().ToArray().ShouldBe([1, 4, 9, 16]);
        (a % 3).data<float>().ToArray().ShouldBe([1, 2, 0, 1]);
    }

    [Fact]
    public void In_place_operations_change_the_tensor_and_return_it()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new float[] { 1, 2, 3 });
        a.mul_(2).ShouldBeSameAs(a);
        a.add_(tensor(new float[] { 1, 1, 1 }), 10);
        a.addcmul_(tensor(new float[] { 1, 2, 3 }), tensor(new float[] { 4, 5, 6 }), 0.5);
        a.data<float>().ToArray().ShouldBe([14, 19, 25]);
        a.addcdiv_(tensor(new float[] { 2, 4, 6 }), tensor(new float[] { 1, 2, 3 }), -1);
        a.data<float>().ToArray().ShouldBe([12, 17, 23]);
        a.lerp_(zeros(3), tensor(0.5f));
        a.data<float>().ToArray().ShouldBe([6, 8.5f, 11.5f]);
        a.clamp_(7, 11).data<float>().ToArray().ShouldBe([7, 8.5f, 11]);
    }

    [Fact]
    public void A_wrong_shape_is_an_exception_with_the_message_of_libtorch()
    {
        using var scope = NewDisposeScope();
        var exception = Should.Throw<ExternalException>(() => ones(2, 3).matmul(ones(4, 5)));
        exception.Message.ShouldContain("2x3 and 4x5");
        exception.Message.ShouldNotContain("Exception raised from");
    }

    [Fact]
    public void Matrix_products_agree_with_sums_over_the_inner_dimension()
    {
        using var scope = NewDisposeScope();
        var a = tensor(new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]);
        var b = tensor(new float[] { 7, 8, 9, 10, 11, 12 }, [3, 2]);
        a.mm(b).data<float>().ToArray().ShouldBe([58, 64, 139, 154]);
        (a.matmul(b) == a.mm(b)).all().ToBoolean().ShouldBeTrue();
        a.mv(tensor(new float[] { 1, 0, -1 })).data<float>().ToArray().ShouldBe([-2, -2]);
        einsum("ij,jk->ik", a, b).data<float>().ToArray().ShouldBe([58, 64, 139, 154]);
        ones(2, 2).addmm(a, b, beta: 2, alpha: 0.5f).data<float>().ToArray().ShouldBe([31, 34, 71.5f, 79]);
        a.unsqueeze(0).bmm(b.unsqueeze(0)).data<float>().ToArray().ShouldBe([58, 64, 139, 154]);
        tensor(new float[] { 1, 2 }).outer(tensor(new float[] { 3, 4 })).data<float>().ToArray().ShouldBe([3, 4, 6, 8]);
        tensor(new float[] { 1, 2 }).dot(tensor(new float[] { 3, 4 })).ToSingle().ShouldBe(11);
    }
}
