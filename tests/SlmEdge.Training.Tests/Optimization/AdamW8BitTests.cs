using SlmEdge.Training.Models;
using SlmEdge.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Optimization;

public sealed class AdamW8BitTests
{
    /// <summary>
    /// Values that bitsandbytes' <c>functional.create_dynamic_map</c> gives (they are printed in its issues and in ports); it sums in fp32, so the last bit may differ.
    /// </summary>
    [Fact]
    public void The_levels_are_those_of_bitsandbytes()
    {
        var signed = DynamicQuantization.Levels(signed: true);
        var unsigned = DynamicQuantization.Levels(signed: false);
        signed.Length.ShouldBe(256);
        unsigned.Length.ShouldBe(256);
        Near(signed[..3], [-0.992968738079071, -0.9789062738418579, -0.96484375]);
        Near(signed[126..131], [-5.5e-7, 0, 5.5e-7, 3.25e-6, 7.75e-6]);
        Near(signed[^2..], [0.992968738079071, 1]);
        Near(unsigned[..4], [0, 3.25e-7, 7.75e-7, 2.125e-6]);
        Near(unsigned[^3..], [0.989453136920929, 0.9964843988418579, 1]);
        signed.ShouldBe(signed.Order());
        unsigned.ShouldBe(unsigned.Distinct());

        static void Near(float[] actual, double[] expected)
        {
            for (var i = 0; i < expected.Length; i++)
            {
                ((double)actual[i]).ShouldBe(expected[i], (Math.Abs(expected[i]) * 2e-7) + 1e-15);
            }
        }
    }

    /// <summary>By the definition: the nearest level times the block's largest magnitude, also in a last block that is not full.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_read_is_the_nearest_level_of_what_was_written(bool signed)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        const int Count = (3 * QuantizedState.BlockSize) + 17;
        var values = randn(Count) * 1e-3;
        values = signed ? values : values.square();
        using var state = new QuantizedState(Count, signed, CPU, CPU);
        ModelDirectory.ReadValues(state.Read(0, Count)).ShouldAllBe(v => v == 0);
        state.Write(0, values);
        var levels = DynamicQuantization.Levels(signed);
        var (written, read) = (ModelDirectory.ReadValues(values), ModelDirectory.ReadValues(state.Read(0, Count)));
        for (var i = 0; i < Count; i++)
        {
            var scale = written.Skip(i / QuantizedState.BlockSize * QuantizedState.BlockSize).Take(QuantizedState.BlockSize).Max(Math.Abs);
            var nearest = levels.Min(l => Math.Abs((l * scale) - written[i]));
            Math.Abs(read[i] - written[i]).ShouldBe(nearest, 1e-6f * scale);
        }
    }

    /// <summary>A regression with a noise floor, 200 steps at a falling rate: the loss with 8-bit state ends within 2 % of that with fp32 state.</summary>
    [Fact]
    public void It_converges_as_AdamW_does()
    {
        var full = Train(p => new AdamW(p, 0.9, 0.999, 0.01));
        var eight = Train(p => new AdamW8Bit(p, 0.9, 0.999, 0.01));
        full.Last.ShouldBeLessThan(0.2 * full.First);
        eight.Last.ShouldBe(full.Last, 0.02 * full.Last);
    }

    [Fact]
    public void State_takes_little_more_than_two_bytes_a_parameter_and_small_parameters_keep_fp32()
    {
        using var large = zeros(128, 512).requires_grad_(true);
        using var small = zeros(512).requires_grad_(true);
        using var optimizer = new AdamW8Bit([KeyValuePair.Create("large", large), KeyValuePair.Create("small", small)], 0.9, 0.999, 0);
        var state = optimizer.State().ToArray();
        long Bytes(string name) => state.Where(s => s.Key.EndsWith(name, StringComparison.Ordinal)).Sum(s => s.Value.NumberOfElements * s.Value.ElementSize);
        Bytes("large").ShouldBe(2 * ((128 * 512) + (128 * 512 / 256 * 4)));
        Bytes("small").ShouldBe(2 * 512 * 4);
    }

    private static (double First, double Last) Train(Func<IReadOnlyList<KeyValuePair<string, Tensor>>, IOptimizer> create)
    {
        manual_seed(9);
        using var scope = NewDisposeScope();
        var inputs = randn(256, 96);
        var targets = matmul(inputs, randn(96, 64)) + randn(256, 64);
        var weight = zeros(64, 96).requires_grad_(true);
        using var optimizer = create([KeyValuePair.Create("w", weight)]);
        double first = 0, last = 0;
        for (var step = 0; step < 200; step++)
        {
            using var inner = NewDisposeScope();
            var loss = (nn.functional.linear(inputs, weight) - targets).square().mean();
            loss.backward();
            last = loss.ToDouble();
            first = step == 0 ? last : first;
            optimizer.Step(0.02 * (1 - (step / 200.0)));
        }

        return (first, last);
    }
}
