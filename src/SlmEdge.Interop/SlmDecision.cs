using System.Runtime.InteropServices;

namespace SlmEdge.Interop;

/// <summary><c>slm_decision</c> in <c>slmedge.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SlmDecision
{
    public nuint Size;
    public double Confidence;
    public int Label;
    public int Best;
    public int Truncated;
    public int Reserved;

    // Since version 2.
    public double QueuedMs;
    public double EvaluatedMs;
    public int BatchTexts;
    public int TextTokens;
}
