using System.Globalization;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Benchmarks.Measurement;
using SlmEdge.Training.Quantization;

namespace SlmEdge.Benchmarks.Quantization;

/// <summary>
/// NF4 against a plain copy of as many bytes of fp32, single-threaded: once far larger than the caches, once of the size in which the
/// trainer restores a matrix.
/// </summary>
internal static class Nf4Benchmark
{
    /// <summary>Bytes of fp32 that <see cref="Nf4Matrix"/> restores at a time.</summary>
    private const long SliceBytes = 256 << 10;

    /// <summary>A run handles at least this much, so that the clock resolves it.</summary>
    private const long BytesPerRun = 64L << 20;

    /// <summary>Quantising takes several times as long; it handles this fraction of the bytes.</summary>
    private const int QuantizeShare = 8;

    public static void Run(BenchmarkArguments arguments)
    {
        // A run takes milliseconds: many rounds, so that the median is of rounds in which nothing else was scheduled.
        var rounds = arguments.Integer("repetitions", 101);
        Console.WriteLine($"nf4: {Machine.Describe()}, {rounds} rounds");
        var table = new MarkdownTable("fp32 bytes", "operation", "GB/s of fp32", "against a copy");
        foreach (var bytes in new[] { SliceBytes, (long)arguments.Integer("megabytes", 64) << 20 })
        {
            Measure(bytes, rounds, table);
        }

        table.Print();
    }

    private static void Measure(long bytes, int rounds, MarkdownTable table)
    {
        var count = (int)(bytes / sizeof(float));
        using var values = new AlignedFloats(count);
        using var copy = new AlignedFloats(count);
        using var restored = new AlignedFloats(count);
        var codes = new byte[count / 2];
        var absmax = new float[count / Nf4.BlockSize];
        var random = new Random(1);
        for (var i = 0; i < count; i++)
        {
            // Uniform is as good as normal here: neither kernel branches on values.
            values.Span[i] = (random.NextSingle() - 0.5f) * 0.1f;
        }

        Nf4.Quantize(values.Span, codes, absmax);
        var passes = (int)Math.Max(1, BytesPerRun / bytes);
        var quantizePasses = Math.Max(1, passes / QuantizeShare);
        var runs = PairedRuns.Measure(
            [
                Contender.Timed("copy", () => Repeat(passes, () => values.Span.CopyTo(copy.Span))),
                Contender.Timed("dequantize", () => Repeat(passes, () => Nf4.Dequantize(codes, absmax, restored.Span))),
                Contender.Timed("quantize", () => Repeat(quantizePasses, () => Nf4.Quantize(values.Span, codes, absmax))),
            ],
            warmups: 3,
            rounds);
        var size = bytes >= 1 << 20 ? $"{bytes >> 20} MiB" : $"{bytes >> 10} KiB";
        for (var i = 0; i < runs.Contenders.Count; i++)
        {
            var done = i == 2 ? quantizePasses : passes;
            table.Add(
                size,
                runs.Contenders[i].Name,
                (bytes * done / runs.Seconds(i) / 1e9).ToString("0.00", CultureInfo.InvariantCulture),
                i == 0 ? "1" : runs.Ratio(i, 0).Times((double)done / passes).ToPercent());
        }
    }

    private static void Repeat(int passes, Action work)
    {
        for (var i = 0; i < passes; i++)
        {
            work();
        }
    }
}
