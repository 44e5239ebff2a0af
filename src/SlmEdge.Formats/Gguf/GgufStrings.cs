using System.Buffers.Binary;
using System.Text;

namespace SlmEdge.Formats.Gguf;

/// <summary>
/// An array of strings as its bytes stand in the file, a length before each, which were checked to be whole. They are made into strings when somebody wants them: of the
/// two long lists in a vocabulary only one is looked at before a model runs.
/// </summary>
/// <param name="bytes">Lengths (UINT64) and texts.</param>
/// <param name="count">How many.</param>
internal sealed class GgufStrings(byte[] bytes, int count)
{
    private string[]? _values;

    public int Count => count;

    /// <summary>What is not UTF-8 has become U+FFFD (some published vocabularies hold such tokens).</summary>
    public string[] Values => _values ??= Read();

    private string[] Read()
    {
        string[] values = new string[count];
        ReadOnlySpan<byte> rest = bytes;
        for (int i = 0; i < values.Length; i++)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest);
            values[i] = Encoding.UTF8.GetString(rest.Slice(sizeof(ulong), length));
            rest = rest[(sizeof(ulong) + length)..];
        }

        return values;
    }
}
