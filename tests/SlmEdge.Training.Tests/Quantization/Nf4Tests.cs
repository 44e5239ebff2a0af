using System.Runtime.Intrinsics.X86;
using FsCheck;
using FsCheck.Xunit;
using SlmEdge.Training.Quantization;

namespace SlmEdge.Training.Tests.Quantization;

public sealed class Nf4Tests
{
    [Fact]
    public void Levels_are_the_normal_quantiles_of_the_paper()
    {
        // Appendix E of QLoRA: 2^(k-1)+1 quantiles for the positive and 2^(k-1) for the negative half, zero shared, scaled to [-1, 1].
        // The outermost quantile is the mean of 1 - 1/(2·15) and 1 - 1/(2·16).
        const double Offset = 0.5 * ((1 - (1.0 / 30)) + (1 - (1.0 / 32)));
        var positive = Enumerable.Range(0, 9).Select(i => NormalQuantile(Offset + ((0.5 - Offset) * i / 8))).Take(8);
        var negative = Enumerable.Range(0, 8).Select(i => -NormalQuantile(Offset + ((0.5 - Offset) * i / 7))).Take(7);
        var expected = negative.Append(0).Concat(positive).Order().ToArray();
        var largest = expected.Max();

        Nf4.Levels.Length.ShouldBe(16);
        for (var i = 0; i < 16; i++)
        {
            ((double)Nf4.Levels[i]).ShouldBe(expected[i] / largest, 1e-5);
        }
    }

    [Fact]
    public void Each_level_of_a_block_survives_the_round_trip_exactly()
    {
        var values = Enumerable.Range(0, Nf4.BlockSize).Select(i => Nf4.Levels[i % 16] * 3.5f).ToArray();
        Roundtrip(values).ShouldBe(values);
    }

    [Property(MaxTest = 200)]
    public void Every_value_becomes_the_nearest_level_of_its_block(int seed, PositiveInt blocks)
    {
        var values = Normal(seed, (1 + (blocks.Get % 5)) * Nf4.BlockSize);
        var restored = Roundtrip(values);
        for (var block = 0; block < values.Length / Nf4.BlockSize; block++)
        {
            var members = values.AsSpan(block * Nf4.BlockSize, Nf4.BlockSize).ToArray();
            var scale = members.Max(MathF.Abs);
            for (var i = 0; i < Nf4.BlockSize; i++)
            {
                var nearest = Nf4.Levels.ToArray().Min(l => MathF.Abs((l * scale) - members[i]));
                MathF.Abs(restored[(block * Nf4.BlockSize) + i] - members[i]).ShouldBe(nearest, 1e-6f * scale);
            }
        }
    }

    [Fact]
    public void A_block_of_zeros_stays_zero() => Roundtrip(new float[Nf4.BlockSize]).ShouldAllBe(v => v == 0);

    [SkippableFact]
    public void The_vector_forms_equal_the_plain_one()
    {
        Skip.IfNot(Avx2.IsSupported, "this processor has no AVX2");
        var values = Normal(3, 40 * Nf4.BlockSize);
        var (codes, absmax) = Quantize(values);
        var (plain, avx2, avx512) = (new float[values.Length], new float[values.Length], new float[values.Length]);
        Nf4.DequantizeScalar(codes, absmax, plain);
        Nf4.DequantizeAvx2(codes, absmax, avx2);
        avx2.ShouldBe(plain);
        if (Avx512F.IsSupported)
        {
            Nf4.DequantizeAvx512(codes, absmax, avx512);
            avx512.ShouldBe(plain);
        }
    }

    [Fact]
    public void Double_quantised_scales_stay_within_half_a_step_and_take_an_eighth_of_a_bit()
    {
        var scales = Normal(5, 1000).Select(v => 0.1f + MathF.Abs(v)).ToArray();
        var quantised = new DoubleQuantizedScales(scales);
        var restored = new float[scales.Length];
        quantised.Restore(0, restored);
        var mean = scales.Average();
        for (var group = 0; group < scales.Length; group += DoubleQuantizedScales.GroupSize)
        {
            var members = scales.Skip(group).Take(DoubleQuantizedScales.GroupSize).ToArray();
            var halfStep = members.Max(s => MathF.Abs(s - mean)) / 127 / 2;
            for (var i = 0; i < members.Length; i++)
            {
                MathF.Abs(restored[group + i] - members[i]).ShouldBeLessThanOrEqualTo(halfStep * 1.001f);
            }
        }

        (8.0 * quantised.ByteLength / (scales.Length * Nf4.BlockSize)).ShouldBeInRange(0.125, 0.128);
    }

    [Fact]
    public void A_large_matrix_restored_in_slices_equals_its_blocks_one_by_one()
    {
        var values = Normal(9, 300 * 512);
        var matrix = new Nf4Matrix(300, 512, values);
        var restored = new float[values.Length];
        matrix.Dequantize(restored);
        var error = Math.Sqrt(values.Zip(restored, (a, b) => (double)(a - b) * (a - b)).Sum() / values.Sum(v => (double)v * v));

        // The paper's relative error on normal weights is about 0.09 to 0.1; double quantisation adds little.
        error.ShouldBeInRange(0.05, 0.11);
        (8.0 * matrix.ByteLength / values.Length).ShouldBeInRange(4.1, 4.2);
    }

    [Fact]
    public void A_matrix_that_does_not_divide_into_blocks_is_refused() =>
        Should.Throw<TrainingException>(() => new Nf4Matrix(3, 7, new float[21])).Message.ShouldContain("3 × 7");

    private static float[] Roundtrip(float[] values)
    {
        var (codes, absmax) = Quantize(values);
        var restored = new float[values.Length];
        Nf4.Dequantize(codes, absmax, restored);
        return restored;
    }

    private static (byte[] Codes, float[] Absmax) Quantize(float[] values)
    {
        var codes = new byte[values.Length / 2];
        var absmax = new float[values.Length / Nf4.BlockSize];
        Nf4.Quantize(values, codes, absmax);
        return (codes, absmax);
    }

    private static float[] Normal(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }

    /// <summary>Inverse of the normal distribution function by bisection on the complementary error function's integral.</summary>
    private static double NormalQuantile(double p)
    {
        var (low, high) = (-8.0, 8.0);
        for (var i = 0; i < 200; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Cumulative(middle) < p ? (middle, high) : (low, middle);
        }

        return low;

        // Simpson's rule on the density from 0.
        static double Cumulative(double x)
        {
            const int Steps = 2000;
            var h = x / Steps;
            double sum = 0;
            for (var i = 0; i <= Steps; i++)
            {
                var weight = i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2;
                sum += weight * Math.Exp(-0.5 * i * h * i * h);
            }

            return 0.5 + (sum * h / 3 / Math.Sqrt(2 * Math.PI));
        }
    }
}
