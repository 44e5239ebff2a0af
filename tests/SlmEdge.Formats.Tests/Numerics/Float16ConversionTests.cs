using SlmEdge.Formats.Numerics;

namespace SlmEdge.Formats.Tests.Numerics;

public sealed class Float16ConversionTests
{
    [Fact]
    public void Every_half_survives_and_rounding_is_the_runtimes()
    {
        ushort[] all = [.. Enumerable.Range(0, 65536).Select(i => (ushort)i).Where(i => !Half.IsNaN(BitConverter.UInt16BitsToHalf(i)))];
        float[] wide = new float[all.Length];
        Float16Conversion.ToSingle(all, wide);
        ushort[] back = new ushort[all.Length];
        Float16Conversion.FromSingle(wide, back);
        back.ShouldBe(all);

        float[] between = [0.1f, 1 + (1 / 2048f), 1 + (3 / 2048f), 65519f, 65520f, -1e-8f];
        ushort[] rounded = new ushort[between.Length];
        Float16Conversion.FromSingle(between, rounded);
        rounded.ShouldBe(between.Select(v => BitConverter.HalfToUInt16Bits((Half)v)).ToArray());
    }
}
