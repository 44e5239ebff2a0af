using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.Gguf.Blocks;
using SlmEdge.Formats.Onnx.Quantization;

namespace SlmEdge.Benchmarks.Quantization;

/// <summary>
/// Restoring the blocks of deployed files against a plain copy of as many bytes of fp32, single-threaded, in the size in which the trainer restores a matrix.
/// </summary>
internal static class BlockBenchmark
{
    /// <summary>Values that the trainer restores at a time: 256 KiB of fp32.</summary>
    private const int Values = 1 << 16;

    /// <summary>A run handles this many slices, so that the clock resolves it.</summary>
    private const int Passes = 256;

    public static void Run(BenchmarkArguments arguments)
    {
        var rounds = arguments.Integer("repetitions", 101);
        Console.WriteLine($"blocks: {Machine.Describe()}, {rounds} rounds");
        using var values = new AlignedFloats(Values);
        using var copy = new AlignedFloats(Values);
        using var restored = new AlignedFloats(Values);
        var random = new Random(1);
        for (var i = 0; i < Values; i++)
        {
            values.Span[i] = (random.NextSingle() - 0.5f) * 0.1f;
        }

        var contenders = new List<Contender> { Contender.Timed("copy", () => Repeat(() => values.Span.CopyTo(copy.Span))) };
        foreach (var type in GgmlBlocks.Types.Where(type => type != GgmlType.F32))
        {
            var blocks = new byte[GgmlTypes.ByteLength(type, [Values])];
            if (GgmlBlocks.WrittenTypes.Contains(type))
            {
                GgmlBlocks.Quantize(type, values.Span, blocks);
            }
            else
            {
                // No kernel branches on values.
                random.NextBytes(blocks);
            }

            contenders.Add(Contender.Timed(type.ToString(), () => Repeat(() => GgmlBlocks.Dequantize(type, blocks, restored.Span))));
        }

        var matrix = BlockQuantizer.Quantize(values.Span.ToArray(), Values / 256, 256, BlockQuantization.Int4Projections);
        contenders.Add(Contender.Timed("MatMulNBits int4", () => Repeat(() => matrix.DequantizeRows(0, restored.Span))));
        var runs = PairedRuns.Measure([.. contenders], warmups: 3, rounds);
        var table = new MarkdownTable("blocks", "GB/s of fp32", "against a copy");
        for (var i = 0; i < runs.Contenders.Count; i++)
        {
            table.Add(
                runs.Contenders[i].Name,
                ((double)Values * sizeof(float) * Passes / runs.Seconds(i) / 1e9).ToString("0.00", CultureInfo.InvariantCulture),
                i == 0 ? "1" : runs.Ratio(i, 0).ToPercent());
        }

        table.Print();
    }

    private static void Repeat(Action work)
    {
        for (var i = 0; i < Passes; i++)
        {
            work();
        }
    }
}
