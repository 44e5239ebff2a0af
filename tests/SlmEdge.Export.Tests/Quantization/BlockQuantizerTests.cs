using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SlmEdge.Formats.Onnx.Quantization;

namespace SlmEdge.Export.Tests.Quantization;

public sealed class BlockQuantizerTests
{
    public static TheoryData<int, bool, bool> Forms => new()
    {
        { 4, true, true }, { 4, false, true }, { 4, true, false }, { 4, false, false }, { 8, true, false }, { 8, false, true },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Values_on_the_grid_survive_exactly(int bits, bool symmetric, bool search)
    {
        // Every level of one block, scale 0.5; both ends of the range occur, so the extremes name the grid.
        var options = new BlockQuantization(bits, 256, symmetric, search);
        float[] weights = [.. Enumerable.Range(0, 256).Select(i => 0.5f * ((i % (options.MaxLevel + 1)) - options.MiddleLevel))];
        BlockQuantizer.Quantize(weights, 1, 256, options).Dequantize().ShouldBe(weights);
    }

    [Property(MaxTest = 60)]
    public Property No_weight_moves_further_than_half_a_step_of_its_blocks_range(int seed)
    {
        var random = new Random(seed);
        int rows = random.Next(1, 5);
        int columns = random.Next(1, 120);
        float[] weights = [.. Enumerable.Range(0, rows * columns).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-6, 6))))];
        var options = new BlockQuantization(random.Next(2) == 0 ? 4 : 8, 32, Symmetric: false, Search: false);
        float[] back = BlockQuantizer.Quantize(weights, rows, columns, options).Dequantize();
        return Enumerable.Range(0, weights.Length).All(i =>
        {
            int row = i / columns;
            int first = (i % columns / 32 * 32) + (row * columns);
            float[] block = weights[first..Math.Min(first + 32, (row + 1) * columns)];
            double step = ((double)Math.Max(0, block.Max()) - Math.Min(0, block.Min())) / options.MaxLevel;

            // Half a step for the rounding, half for the zero point, which is rounded too.
            return Math.Abs((double)weights[i] - back[i]) <= step * 1.001;
        }).ToProperty();
    }

    [Fact]
    public void Search_never_leaves_a_larger_squared_error_than_rounding_to_the_extremes()
    {
        float[] weights = Gaussian(64 * 256, 3);
        foreach (bool symmetric in new[] { true, false })
        {
            double Error(bool search) => weights.Zip(
                BlockQuantizer.Quantize(weights, 64, 256, new BlockQuantization(4, 32, symmetric, search)).Dequantize(), (a, b) => ((double)a - b) * (a - b)).Sum();
            Error(search: true).ShouldBeLessThan(Error(search: false) * 0.97);
        }
    }

    [Fact]
    public void A_zero_point_of_its_own_serves_a_block_better()
    {
        float[] weights = Gaussian(64 * 256, 4);
        double Error(bool symmetric) => weights.Zip(
            BlockQuantizer.Quantize(weights, 64, 256, new BlockQuantization(4, 32, symmetric)).Dequantize(), (a, b) => ((double)a - b) * (a - b)).Sum();
        Error(symmetric: false).ShouldBeLessThan(Error(symmetric: true));
    }

    [Fact]
    public void Blocks_of_zeros_and_of_one_sign_are_kept()
    {
        foreach (bool symmetric in new[] { true, false })
        {
            float[] weights = [.. new float[32], .. Enumerable.Repeat(3f, 32), .. Enumerable.Repeat(-2f, 32)];
            float[] back = BlockQuantizer.Quantize(weights, 1, 96, new BlockQuantization(4, 32, symmetric)).Dequantize();
            back.Zip(weights, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-5f);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_weight_that_is_no_number_is_refused(float bad) =>
        Should.Throw<ArgumentException>(() => BlockQuantizer.Quantize([1, bad], 1, 2, new BlockQuantization(4)));

    private static float[] Gaussian(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }
}
