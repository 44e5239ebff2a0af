using FsCheck.Xunit;
using SlmEdge.Formats.Tokenization;

namespace SlmEdge.Formats.Tests.Tokenization;

public sealed class ByteAlphabetTests
{
    [Fact]
    public void Published_values_hold()
    {
        // From GPT-2's vocabulary: space is Ġ, newline Ċ, tab ĉ, and printable characters are themselves.
        ByteAlphabet.Encode((byte)' ').ShouldBe('Ġ');
        ByteAlphabet.Encode((byte)'\n').ShouldBe('Ċ');
        ByteAlphabet.Encode((byte)'\t').ShouldBe('ĉ');
        ByteAlphabet.Encode((byte)'a').ShouldBe('a');
        ByteAlphabet.Encode("ş").ShouldBe("ÅŁ");
    }

    [Property]
    public bool Bytes_come_back(byte[] bytes) => ByteAlphabet.TryDecode(ByteAlphabet.Encode(bytes), out byte[] back) && back.SequenceEqual(bytes);

    [Fact]
    public void A_character_outside_the_alphabet_is_not_decoded() => ByteAlphabet.TryDecode("a b", out _).ShouldBeFalse();
}
