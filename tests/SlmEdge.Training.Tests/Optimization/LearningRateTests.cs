using SlmEdge.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Optimization;

public sealed class LearningRateTests
{
    [Theory]
    [InlineData(ScheduleShape.Cosine, 0.5625, 0.125)]
    [InlineData(ScheduleShape.Linear, 0.5625, 0.125)]
    [InlineData(ScheduleShape.Constant, 1, 1)]
    public void Every_shape_warms_up_to_the_peak_and_ends_where_it_says(ScheduleShape shape, double half, double end)
    {
        var schedule = new LearningRateSchedule(1, 4, 20, 0.125, shape);
        schedule.At(0).ShouldBe(0.25);
        schedule.At(3).ShouldBe(1);
        schedule.At(4).ShouldBe(1);
        schedule.At(12).ShouldBe(half, 1e-12);
        schedule.At(20).ShouldBe(end, 1e-12);
    }

    [Fact]
    public void A_line_falls_evenly_and_a_cosine_does_not()
    {
        new LearningRateSchedule(1, 0, 8, 0, ScheduleShape.Linear).At(2).ShouldBe(0.75, 1e-12);
        new LearningRateSchedule(1, 0, 8, 0).At(2).ShouldBe(0.5 * (1 + Math.Cos(Math.PI / 4)), 1e-12);
    }

    /// <summary>Adam's first step has the length of the learning rate, whatever the gradient.</summary>
    [Fact]
    public void LoRA_plus_moves_B_faster_than_A_by_the_ratio()
    {
        using var a = zeros(2, 3).requires_grad_(true);
        using var b = zeros(3, 2).requires_grad_(true);
        using var optimizer = new AdamW(
            [KeyValuePair.Create("x.lora_A.weight", a), KeyValuePair.Create("x.lora_B.weight", b)], 0.9, 0.999, 0, loraPlusRatio: 16);
        using var loss = (a.sum() * 3) + (b.sum() * 0.01);
        loss.backward();
        optimizer.Step(1e-3);
        using var movedA = a.abs().max();
        using var movedB = b.abs().max();
        movedA.item<float>().ShouldBe(1e-3f, 1e-7f);
        movedB.item<float>().ShouldBe(16e-3f, 1e-6f);
    }
}
