using System.Runtime.InteropServices;

namespace SlmEdge.Interop;

/// <summary><c>slm_answer</c> in <c>slmedge.h</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct SlmAnswer
{
    public nuint Size;
    public int Finish;
    public int Truncated;
    public int PromptTokens;
    public int CachedTokens;
    public int AnswerTokens;
    public int Reserved;
    public double FirstTokenMs;
    public double EvaluatedMs;
}
