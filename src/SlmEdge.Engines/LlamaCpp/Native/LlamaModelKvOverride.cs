using System.Runtime.InteropServices;
using System.Text;

namespace SlmEdge.Engines.LlamaCpp.Native;

/// <summary><c>struct llama_model_kv_override</c> of llama.cpp 0.5.0, for integers: a metadata value that takes the place of the file's. An empty key ends a list.</summary>
[StructLayout(LayoutKind.Explicit, Size = 264)]
internal unsafe struct LlamaModelKvOverride
{
    private const int KeyBytes = 128;

    /// <summary>0 for an integer.</summary>
    [FieldOffset(0)]
    public int Tag;

    [FieldOffset(4)]
    public fixed byte Key[KeyBytes];

    [FieldOffset(136)]
    public long Value;

    public static LlamaModelKvOverride Integer(string key, long value)
    {
        var result = new LlamaModelKvOverride { Value = value };
        var bytes = Encoding.UTF8.GetBytes(key);
        if (bytes.Length >= KeyBytes)
        {
            throw new ArgumentException($"The key '{key}' is longer than {KeyBytes - 1} bytes.", nameof(key));
        }

        bytes.CopyTo(new Span<byte>(result.Key, KeyBytes));
        return result;
    }
}
