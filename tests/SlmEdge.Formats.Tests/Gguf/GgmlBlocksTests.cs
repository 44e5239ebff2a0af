using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.Gguf.Blocks;

namespace SlmEdge.Formats.Tests.Gguf;

public sealed class GgmlBlocksTests
{
    /// <summary>Half a step between levels, as a share of the block's largest magnitude, with room for the scale's rounding to half precision.</summary>
    private static readonly Dictionary<GgmlType, float> LargestError = new()
    {
        [GgmlType.F32] = 0, [GgmlType.F16] = 0.001f, [GgmlType.BF16] = 0.005f, [GgmlType.Q8_0] = 0.006f, [GgmlType.Q4_0] = 0.14f, [GgmlType.IQ4_NL] = 0.2f, [GgmlType.Q4_K] = 0.2f,
    };

    public static TheoryData<GgmlType> Types => [.. GgmlBlocks.Types];

    [Fact]
    public void Every_written_type_has_its_bound() => GgmlBlocks.WrittenTypes.ShouldBe(LargestError.Keys, ignoreOrder: true);

    [Property(MaxTest = 60)]
    public Property Restored_values_lie_near_the_originals() => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(), Gen.Choose(-12, 10).ToArbitrary(), (seed, exponent) =>
        {
            var random = new Random(seed);
            float[] values = [.. Enumerable.Range(0, 512).Select(_ => MathF.ScaleB((2 * random.NextSingle()) - 1, exponent))];
            foreach (GgmlType type in GgmlBlocks.WrittenTypes)
            {
                float[] restored = new float[values.Length];
                GgmlBlocks.Dequantize(type, Quantized(type, values), restored);
                int block = Math.Max(32, GgmlTypes.BlockSize(type));
                for (int start = 0; start < values.Length; start += block)
                {
                    float largest = values[start..(start + block)].Max(MathF.Abs);
                    for (int i = start; i < start + block; i++)
                    {
                        // Scales below the least half-precision number vanish: the absolute term.
                        MathF.Abs(restored[i] - values[i]).ShouldBeLessThanOrEqualTo((LargestError[type] * largest) + (type == GgmlType.F32 ? 0 : 4e-5f), $"{type}, {values[i]}");
                    }
                }
            }
        });

    [Property(MaxTest = 60)]
    public void Any_bytes_are_restored_alike_with_and_without_vector_instructions(int seed)
    {
        foreach (GgmlType type in GgmlBlocks.Types)
        {
            byte[] blocks = new byte[3 * GgmlTypes.BytesPerBlock(type)];
            new Random(seed).NextBytes(blocks);
            float[] fast = new float[3 * GgmlTypes.BlockSize(type)];
            float[] plain = new float[fast.Length];
            GgmlBlocks.Dequantize(type, blocks, fast);
            GgmlBlocks.Codec(type).DequantizeScalar(blocks, plain);
            fast.ShouldBe(plain, $"{type}");
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Zeros_stay_zeros(GgmlType type)
    {
        if (!GgmlBlocks.WrittenTypes.Contains(type))
        {
            return;
        }

        float[] restored = new float[256];
        restored.AsSpan().Fill(1);
        GgmlBlocks.Dequantize(type, Quantized(type, new float[256]), restored);
        restored.ShouldAllBe(v => v == 0);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Sizes_that_do_not_belong_together_are_refused_by_name(GgmlType type)
    {
        int bytes = GgmlTypes.BytesPerBlock(type);
        int block = GgmlTypes.BlockSize(type);
        Should.Throw<ArgumentException>(() => GgmlBlocks.Dequantize(type, new byte[bytes], new float[block + 1])).Message.ShouldContain($"{type}");
        Should.Throw<ArgumentException>(() => GgmlBlocks.Dequantize(type, new byte[bytes + 1], new float[block])).Message.ShouldContain($"{bytes + 1} bytes");
        Should.Throw<ArgumentException>(() => GgmlBlocks.Quantize(type, new float[2 * block], new byte[bytes])).Message.ShouldContain($"{type}");
    }

    [Fact]
    public void Types_that_are_not_implemented_and_values_that_are_not_finite_are_refused()
    {
        Should.Throw<ArgumentException>(() => GgmlBlocks.Dequantize(GgmlType.Q2_K, new byte[84], new float[256])).Message.ShouldContain("Q2_K blocks are not supported");
        Should.Throw<ArgumentException>(() => GgmlBlocks.Quantize(GgmlType.Q6_K, new float[256], new byte[210])).Message.ShouldContain("read, not written");
        float[] values = new float[32];
        values[7] = float.NaN;
        Should.Throw<ArgumentException>(() => GgmlBlocks.Quantize(GgmlType.Q4_0, values, new byte[18])).Message.ShouldContain("NaN");
    }

    [Fact]
    public void A_file_gives_any_run_of_whole_blocks_and_refuses_others()
    {
        using var folder = new TestFolder();
        string path = folder.File("blocks.gguf");
        float[] values = [.. Enumerable.Range(0, 256).Select(i => (i % 32) - 16f)];
        byte[] blocks = Quantized(GgmlType.Q8_0, values);
        var writer = new GgufWriter();
        writer.AddTensor("w", GgmlType.Q8_0, [64, 4], stream => stream.Write(blocks));
        writer.AddTensor("x", GgmlType.Q5_0, [32], stream => stream.Write(new byte[22]));
        writer.Write(path);
        using GgufFile file = GgufFile.Open(path);
        float[] run = new float[64];
        file.ReadFloat32("w", 96, run);
        float[] all = new float[256];
        GgmlBlocks.Dequantize(GgmlType.Q8_0, blocks, all);
        run.ShouldBe(all[96..160]);
        foreach ((long first, int count) in new[] { (16L, 32), (0L, 33), (224L, 64), (-32L, 32) })
        {
            ModelFormatException refused = Should.Throw<ModelFormatException>(() => file.ReadFloat32("w", first, new float[count]));
            refused.Element.ShouldBe("w");
            refused.Offset.ShouldNotBeNull();
        }

        Should.Throw<ModelFormatException>(() => file.ReadFloat32("x", 0, new float[32])).Message.ShouldContain("is Q5_0; weights are read from F32");
    }

    private static byte[] Quantized(GgmlType type, float[] values)
    {
        byte[] blocks = new byte[GgmlTypes.ByteLength(type, [values.Length])];
        GgmlBlocks.Quantize(type, values, blocks);
        return blocks;
    }
}
