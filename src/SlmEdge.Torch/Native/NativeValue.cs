using System.Runtime.InteropServices;

namespace TorchSharp.Native;

/// <summary>An argument or a result of an operator, laid out as <c>SlmValue</c> in slmtorch.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct NativeValue
{
    [FieldOffset(0)] public NativeKind Kind;
    [FieldOffset(8)] public long Length;
    [FieldOffset(16)] public long Integer;
    [FieldOffset(16)] public double Real;
    [FieldOffset(16)] public nint Pointer;
}
