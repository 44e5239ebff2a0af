using System.Text;
using SlmEdge.Tasks.Constraints;

namespace SlmEdge.Tasks.Tests.Constraints;

/// <summary>Every byte, some pieces as they occur in JSON and in words, one control token and the end token.</summary>
internal static class SmallVocabulary
{
    private static readonly string[] Pieces =
    [
        "{\"", "\":", "\",\"", "\"}", "},{", "[]", "{}", "]}", "null", "true", "false", "name", "\"name\":\"", "part", "grö", "ße", "ab", "abc", "12", "3.5", "-1", "00", "2024-", "\"a\":", ", \"", ": ", " the", "low\"", "\\n", "\\u00e4", "\\ud83d", "\\\"", "e", "ü", "äö", "🔧", "x y", "http://", "::", "\",\"part\":", "aaaaaaaaaaaaaaaa", "\"\"", "0.0", "25",
    ];

    private static readonly byte[][] Bytes = [.. Enumerable.Range(0, 256).Select(value => (byte[])[(byte)value]), .. Pieces.Select(Encoding.UTF8.GetBytes), [], []];

    public static int Size => Bytes.Length;

    public static int End => Bytes.Length - 1;

    public static VocabularyTrie Trie { get; } = new(Size, token => Bytes[token]);

    /// <summary>Bytes alone: with them nothing is shared between states that only look alike.</summary>
    public static VocabularyTrie BytesOnly { get; } = new(256, token => Bytes[token]);

    public static ReadOnlySpan<byte> Of(int token) => Bytes[token];
}
