using System.Runtime.InteropServices;
using SlmEdge.Engines.Native;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.Gguf.Blocks;

namespace SlmEdge.Engines.Tests.LlamaCpp;

/// <summary>The managed block formats against the functions of libggml that make and read model files.</summary>
public sealed unsafe class BlockPeerTests
{
    private const int Columns = 512;
    private const int Rows = 64;

    private static nint _library;

    public static TheoryData<GgmlType> Quantised => [GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.IQ4_NL, GgmlType.Q4_K, GgmlType.Q6_K];

    public static TheoryData<GgmlType> Written => [.. GgmlBlocks.WrittenTypes];

    [SkippableTheory]
    [MemberData(nameof(Written))]
    public void Quantised_blocks_are_byte_for_byte_those_of_ggml(GgmlType type)
    {
        foreach (float[] values in Samples())
        {
            byte[] ours = new byte[GgmlTypes.ByteLength(type, [Columns, Rows])];
            GgmlBlocks.Quantize(type, values, ours);
            byte[] theirs = Quantize(type, values);
            int different = Enumerable.Range(0, ours.Length).FirstOrDefault(i => ours[i] != theirs[i], -1);
            different.ShouldBe(-1, $"{type}: byte {different} of {ours.Length}");
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Quantised))]
    public void Restored_values_are_bit_for_bit_those_of_ggml(GgmlType type)
    {
        foreach (float[] values in Samples())
        {
            byte[] blocks = Quantize(type, values);
            float[] ours = new float[values.Length];
            GgmlBlocks.Dequantize(type, blocks, ours);
            float[] theirs = new float[values.Length];
            var restore = (delegate* unmanaged<byte*, float*, long, void>)Function("dequantize_row_" + Name(type));
            fixed (byte* source = blocks)
            fixed (float* target = theirs)
            {
                restore(source, target, theirs.Length);
            }

            MemoryMarshal.Cast<float, int>(ours).SequenceEqual(MemoryMarshal.Cast<float, int>(theirs)).ShouldBeTrue($"{type}");
        }
    }

    /// <summary>Weights as they are (normal), with outliers, one-sided, on a grid full of ties, and blocks of zeros.</summary>
    private static IEnumerable<float[]> Samples()
    {
        var random = new Random(4);
        float Normal() => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()) * 0.02);
        float[] Draw(Func<int, float> at) => [.. Enumerable.Range(0, Columns * Rows).Select(at)];
        yield return Draw(_ => Normal());
        yield return Draw(i => i % 97 == 0 ? 50 * Normal() : Normal());
        yield return Draw(_ => 1 + MathF.Abs(Normal()));
        yield return Draw(_ => -MathF.Abs(Normal()));
        yield return Draw(_ => random.Next(-8, 9) / 8f);
        yield return Draw(i => i / 32 % 3 == 0 ? 0 : i / 256 % 5 == 0 ? 0.25f : Normal());
    }

    private static byte[] Quantize(GgmlType type, float[] values)
    {
        var quantize = (delegate* unmanaged<int, float*, byte*, long, long, long, float*, nuint>)Function("ggml_quantize_chunk");
        byte[] blocks = new byte[GgmlTypes.ByteLength(type, [Columns, Rows])];
        fixed (float* source = values)
        fixed (byte* target = blocks)
        {
            quantize((int)type, source, target, 0, Rows, Columns, null).ShouldBe((nuint)blocks.Length);
        }

        return blocks;
    }

    private static string Name(GgmlType type) => type.ToString().StartsWith("IQ", StringComparison.Ordinal) ? "iq4_nl" : "q" + type.ToString()[1..];

    private static nint Function(string name)
    {
        NativeEngines.Require();
        _library = _library == 0 ? NativeLibrary.Load(NativeLibraries.Locate("llama.cpp", "libggml-base.so")) : _library;
        return NativeLibrary.GetExport(_library, name);
    }
}
