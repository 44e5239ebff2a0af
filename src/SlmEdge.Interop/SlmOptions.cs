using System.Runtime.InteropServices;

namespace SlmEdge.Interop;

/// <summary><c>slm_options</c> in <c>slmedge.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SlmOptions
{
    public nuint Size;
    public int Engine;
    public int Threads;
    public int ContextLength;
    public int QueueCapacity;
    public byte* CacheDirectory;

    // Since version 2.
    public byte* ModelFile;
    public ulong MemoryLimitBytes;
    public int LongTexts;
    public int BatchTexts;
}
