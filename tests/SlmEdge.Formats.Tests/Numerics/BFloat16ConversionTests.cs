using SlmEdge.Formats.Numerics;

namespace SlmEdge.Formats.Tests.Numerics;

public sealed class BFloat16ConversionTests
{
    [Fact]
    public void Every_bfloat16_survives_widening_and_rounding()
    {
        ushort[] all = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i)];
        float[] wide = new float[all.Length];
        BFloat16Conversion.ToSingle(all, wide);
        ushort[] back = new ushort[all.Length];
        BFloat16Conversion.FromSingle(wide, back);
        for (int i = 0; i < all.Length; i++)
        {
            if (float.IsNaN(wide[i]))
            {
                float.IsNaN(BFloat16Conversion.ToSingle(back[i])).ShouldBeTrue();
            }
            else
            {
                back[i].ShouldBe(all[i]);
            }
        }
    }

    [Theory]
    [InlineData(0x3F808000u, 0x3F80)] // Half way, even below: down.
    [InlineData(0x3F818000u, 0x3F82)] // Half way, odd below: up.
    [InlineData(0x3F808001u, 0x3F81)]
    [InlineData(0x3F807FFFu, 0x3F80)]
    [InlineData(0x7F7FFFFFu, 0x7F80)] // The largest single rounds to infinity.
    [InlineData(0xFF800000u, 0xFF80)]
    [InlineData(0x80000000u, 0x8000)]
    [InlineData(0x7F800001u, 0x7FC0)] // A NaN whose upper bits alone would read as infinity stays a NaN.
    public void Rounding_is_to_nearest_ties_to_even(uint bits, int expected) =>
        BFloat16Conversion.FromSingle(BitConverter.UInt32BitsToSingle(bits)).ShouldBe((ushort)expected);

    [Fact]
    public void Spans_give_what_single_values_give()
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, 10_007).Select(_ => BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32)))];
        ushort[] rounded = new ushort[values.Length];
        BFloat16Conversion.FromSingle(values, rounded);
        rounded.ShouldBe(values.Select(BFloat16Conversion.FromSingle).ToArray());
    }
}
