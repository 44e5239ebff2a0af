using FsCheck.Xunit;
using SlmEdge.Engines.Scoring;

namespace SlmEdge.Engines.Tests.Scoring;

public sealed class LogSoftmaxTests
{
    [Property(MaxTest = 100)]
    public void Equals_the_sum_in_double_precision(int seed, ushort size)
    {
        var random = new Random(seed);
        var logits = Enumerable.Range(0, 1 + (size % 5000)).Select(_ => (float)((random.NextDouble() * 60) - 30)).ToArray();
        var max = logits.Max();
        var expected = max + Math.Log(logits.Sum(logit => Math.Exp((double)logit - max)));
        LogSoftmax.LogSumExp(logits).ShouldBe(expected, 1e-5);
    }

    // From a C program of the same steps, lane by lane (gcc, -ffp-contract=off): bits that any processor and any way of compiling have to give.
    [Fact]
    public void The_bits_are_the_same_everywhere()
    {
        var logits = Enumerable.Range(0, 1003).Select(i => ((i * 7919) % 1009 / 16f) - 40).ToArray();
        BitConverter.DoubleToUInt64Bits(LogSoftmax.LogSumExp(logits)).ShouldBe(0x4039CDAF62B76644UL);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Damaged_logits_are_an_error(float bad)
    {
        Should.Throw<EngineException>(() => LogSoftmax.LogSumExp([1f, bad, 2f]));
    }

    [Fact]
    public void A_masked_logit_counts_nothing()
    {
        LogSoftmax.LogSumExp([0f, float.NegativeInfinity]).ShouldBe(0, 1e-9);
    }
}
