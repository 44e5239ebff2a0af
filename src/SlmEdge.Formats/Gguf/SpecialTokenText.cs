namespace SlmEdge.Formats.Gguf;

/// <summary>Added tokens that frame text although their file does not mark them as special (<c>does_token_look_special</c> of llama.cpp's converter).</summary>
internal static class SpecialTokenText
{
    public static bool LooksSpecial(string text) =>
        text is "<pad>" or "<mask>" or "<2mass>" or "[@BOS@]"
        || Framed(text, "<|", "|>") || Framed(text, "<\uFF5C", "\uFF5C>") || Framed(text, "<unused", ">");

    private static bool Framed(string text, string start, string end) =>
        text.StartsWith(start, StringComparison.Ordinal) && text.EndsWith(end, StringComparison.Ordinal);
}
