using System.Runtime.InteropServices;

namespace SlmEdge.Interop;

/// <summary><c>slm_write_options</c> in <c>slmedge.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SlmWriteOptions
{
    public nuint Size;
    public int MaxTokens;
    public uint Seed;
    public float Temperature;
    public int TopK;
    public float TopP;
    public float MinP;
    public float RepetitionPenalty;
    public int DeadlineMs;
    public byte** Stop;
    public nuint StopCount;
}
