using System.Text;
using FsCheck.Xunit;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Formats.Gguf;

namespace SlmEdge.Engines.Tests.LlamaCpp;

public sealed class ByteLevelRoundTripTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private LlamaTokenizer? tokenizer;

    public void Dispose()
    {
        tokenizer?.Dispose();
        folder.Dispose();
    }

    [Property(MaxTest = 200)]
    public void Any_text_comes_back_byte_for_byte(string? text)
    {
        // UTF-8 has no lone surrogates: they become U+FFFD before the text is text.
        var valid = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? string.Empty));
        var tokens = Tokenizer().Encode(valid);
        Tokenizer().DecodeBytes(tokens).ShouldBe(Encoding.UTF8.GetBytes(valid));
        Tokenizer().Decode(tokens).ShouldBe(valid);
    }

    [Property(MaxTest = 200)]
    public void Any_characters_come_back_byte_for_byte(int seed, byte length)
    {
        // Runes of all planes, spaces and line ends among them.
        var random = new Random(seed);
        var text = new StringBuilder();
        for (var i = 0; i < length; i++)
        {
            var limit = random.Next(4) switch { 0 => 0x80, 1 => 0x800, 2 => 0xD800, _ => 0x110000 };
            if (Rune.TryCreate(random.Next(limit), out var rune))
            {
                text.Append(rune);
            }
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var buffer = new int[4];
        var count = Tokenizer().Encode(bytes, ref buffer);
        Tokenizer().DecodeBytes(buffer.AsSpan(0, count)).ShouldBe(bytes);
    }

    private LlamaTokenizer Tokenizer()
    {
        if (tokenizer is null)
        {
            var path = folder.File("vocabulary.gguf");
            GgufVocabulary.WriteVocabularyOnly(path, new RandomLlama(1).Tokenizer, null);
            tokenizer = LlamaTokenizer.Open(path);
        }

        return tokenizer;
    }
}
