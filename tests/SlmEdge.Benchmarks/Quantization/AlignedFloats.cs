using System.Runtime.InteropServices;

namespace SlmEdge.Benchmarks.Quantization;

/// <summary>
/// fp32 values on a cache-line boundary. Copies between arrays that happen to lie badly towards each other ran at a third of the speed
/// of others, which would flatter whatever is compared with a copy.
/// </summary>
internal sealed unsafe class AlignedFloats(int count) : IDisposable
{
    private const nuint Alignment = 4096;

    private readonly float* _values = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), Alignment);

    public Span<float> Span => new(_values, count);

    public void Dispose() => NativeMemory.AlignedFree(_values);
}
