using System.Text;

namespace SlmEdge.Formats.Tokenization;

/// <summary>
/// The reversible mapping of bytes to printable characters that byte-level BPE vocabularies are written in (GPT-2, Radford et al. 2019):
/// printable Latin-1 bytes stand for themselves, the other 68 are U+0100 and following in the order of the bytes.
/// </summary>
public static class ByteAlphabet
{
    private static readonly char[] ToCharacter = BuildForward();
    private static readonly Dictionary<char, byte> ToByte = BuildBackward();

    /// <summary>The character of a byte.</summary>
    public static char Encode(byte value) => ToCharacter[value];

    /// <summary>The characters of bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        char[] text = new char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            text[i] = ToCharacter[bytes[i]];
        }

        return new string(text);
    }

    /// <summary>The characters of a text's UTF-8 bytes.</summary>
    public static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    /// <summary>The bytes that a token stands for.</summary>
    /// <returns>False when a character is not in the alphabet; then <paramref name="bytes"/> is empty.</returns>
    public static bool TryDecode(string token, out byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(token);
        byte[] decoded = new byte[token.Length];
        for (int i = 0; i < token.Length; i++)
        {
            if (!ToByte.TryGetValue(token[i], out decoded[i]))
            {
                bytes = [];
                return false;
            }
        }

        bytes = decoded;
        return true;
    }

    private static char[] BuildForward()
    {
        char[] map = new char[256];
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            map[value] = (char)(printable ? value : next++);
        }

        return map;
    }

    private static Dictionary<char, byte> BuildBackward()
    {
        var map = new Dictionary<char, byte>(256);
        for (int value = 0; value < 256; value++)
        {
            map.Add(ToCharacter[value], (byte)value);
        }

        return map;
    }
}
