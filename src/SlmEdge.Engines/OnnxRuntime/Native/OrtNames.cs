using System.Text;

namespace SlmEdge.Engines.OnnxRuntime.Native;

/// <summary>Names in the form that ONNX Runtime wants: pointers to null-terminated UTF-8, made once, in pinned memory.</summary>
internal sealed unsafe class OrtNames
{
    private readonly byte[][] texts;

    internal OrtNames(IReadOnlyList<string> names)
    {
        texts = new byte[names.Count][];
        Pointers = new nint[names.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = GC.AllocateArray<byte>(Encoding.UTF8.GetByteCount(names[i]) + 1, pinned: true);
            Encoding.UTF8.GetBytes(names[i], texts[i]);
            fixed (byte* text = texts[i])
            {
                Pointers[i] = (nint)text;
            }
        }
    }

    internal nint[] Pointers { get; }
}
