using SlmEdge.Formats.Gguf;

namespace SlmEdge.Formats.Tests.Gguf;

public sealed class GgmlTypesTests
{
    [Theory]
    [InlineData(GgmlType.F32, 1, 4)]
    [InlineData(GgmlType.BF16, 1, 2)]
    [InlineData(GgmlType.Q4_0, 32, 18)]
    [InlineData(GgmlType.Q8_0, 32, 34)]
    [InlineData(GgmlType.Q4_K, 256, 144)]
    [InlineData(GgmlType.Q6_K, 256, 210)]
    [InlineData(GgmlType.IQ4_XS, 256, 136)]
    public void Block_sizes_are_the_published_ones(GgmlType type, int elements, int bytes)
    {
        // 4.5, 8.5, 4.5, 6.5625 and 4.25 bits per weight, as llama.cpp's documentation states them.
        GgmlTypes.BlockSize(type).ShouldBe(elements);
        GgmlTypes.BytesPerBlock(type).ShouldBe(bytes);
    }

    [Fact]
    public void Every_named_type_has_its_facts() => Enum.GetValues<GgmlType>().ShouldAllBe(type => GgmlTypes.IsKnown(type) && GgmlTypes.BytesPerBlock(type) > 0);

    [Fact]
    public void Sizes_count_blocks_of_rows()
    {
        GgmlTypes.ByteLength(GgmlType.Q4_K, [512, 3]).ShouldBe(2 * 3 * 144);
        Should.Throw<ArgumentException>(() => GgmlTypes.ByteLength(GgmlType.Q4_K, [128, 6]));
        Should.Throw<OverflowException>(() => GgmlTypes.ByteLength(GgmlType.F32, [1L << 40, 1L << 40]));
    }
}
