using System.Text;
using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Tests.HuggingFace;

public sealed class TokenizerJsonTests : IDisposable
{
    private const string Small = """
        {"version":"1.0","added_tokens":[{"id":4,"content":"<end>","special":true},{"id":5,"content":"  ","special":false}],
         "normalizer":null,"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"use_regex":true},
         "model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"abb":3},"merges":["a b",["ab","b"]]}}
        """;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Both_spellings_of_merges_are_read()
    {
        TokenizerJson tokenizer = TokenizerJson.Parse(Small);
        tokenizer.Vocabulary.ShouldBe(["a", "b", "ab", "abb", "<end>", "  "]);
        tokenizer.ModelVocabularySize.ShouldBe(4);
        tokenizer.Merges.ShouldBe([("a", "b"), ("ab", "b")]);
        tokenizer.AddedTokens.Select(t => (t.Id, t.Content, t.Special)).ShouldBe([(4, "<end>", true), (5, "  ", false)]);
        tokenizer.PreTokenizer.ShouldBe(PreTokenizerKind.Gpt2);
        tokenizer.FindToken("<end>").ShouldBe(4);
        tokenizer.FindToken("absent").ShouldBeNull();
    }

    [Fact]
    public void Saving_keeps_every_byte_and_the_hash()
    {
        string path = _folder.Write("tokenizer.json", Small);
        TokenizerJson tokenizer = TokenizerJson.Load(_folder.Path);
        string copy = _folder.File("copy.json");
        tokenizer.Save(copy);
        File.ReadAllBytes(copy).ShouldBe(File.ReadAllBytes(path));
        TokenizerJson.Load(copy).Sha256.ShouldBe(tokenizer.Sha256);
        tokenizer.Sha256.Length.ShouldBe(64);
    }

    [Theory]
    [InlineData(PreTokenizerKind.Gpt2)]
    [InlineData(PreTokenizerKind.Qwen2)]
    [InlineData(PreTokenizerKind.Qwen35)]
    [InlineData(PreTokenizerKind.Llama3)]
    [InlineData(PreTokenizerKind.SmolLm)]
    [InlineData(PreTokenizerKind.Gpt4o)]
    [InlineData(PreTokenizerKind.Tekken)]
    public void A_made_tokenizer_is_recognised_when_it_is_read(PreTokenizerKind kind)
    {
        TokenizerJson made = TokenizerJson.Create(["<end>", "a", "b", "ab"], [("a", "b")], [new AddedToken(0, "<end>", true)], kind);
        made.PreTokenizer.ShouldBe(kind);
        made.Normalizer.ShouldBeNull();
        made.Vocabulary.ShouldBe(["<end>", "a", "b", "ab"]);
        made.Merges.ShouldBe([("a", "b")]);
    }

    [Fact]
    public void A_begin_token_of_the_post_processor_is_seen()
    {
        string json = Small.Replace("\"normalizer\":null",
            "\"normalizer\":null,\"post_processor\":{\"type\":\"Sequence\",\"processors\":[{\"type\":\"ByteLevel\"},{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<end>\",\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}]}]}");
        TokenizerJson.Parse(json).PrependsTokens.ShouldBe(["<end>"]);
    }

    [Theory]
    [InlineData("\"type\":\"BPE\"", "\"type\":\"Unigram\"", "model.type")]
    [InlineData("\"b\":1", "\"b\":0", "model.vocab")]
    [InlineData("\"b\":1", "\"b\":-1", "model.vocab")]
    [InlineData("\"b\":1", "\"b\":900000", "model.vocab")]
    [InlineData("\"id\":5", "\"id\":7", "added_tokens")]
    [InlineData("\"id\":5", "\"id\":4", "added_tokens")]
    [InlineData("\"id\":5", "\"id\":3", "added_tokens")]
    [InlineData("\"a b\"", "\"a c\"", "model.merges")]
    [InlineData("\"a b\"", "\"a\"", "model.merges")]
    [InlineData("\"a b\"", "7", "model.merges")]
    [InlineData("\"ByteLevel\"", "\"Whitespace\"", "pre_tokenizer")]
    [InlineData("\"model\":{", "\"model\":{\"byte_fallback\":true,", "model.byte_fallback")]
    [InlineData("\"model\":{", "\"model\":{\"dropout\":0.1,", "model.dropout")]
    public void A_contradiction_is_refused_by_field(string text, string replacement, string element)
    {
        string json = Small.Replace(text, replacement);
        json.ShouldNotBe(Small);
        Should.Throw<ModelFormatException>(() => TokenizerJson.Parse(json)).Element.ShouldBe(element);
    }

    [Fact]
    public void Damage_is_refused_or_read_but_nothing_else()
    {
        byte[] valid = Encoding.UTF8.GetBytes(Small.Trim());
        Damage.EveryTruncationIsRefused(valid, bytes => TokenizerJson.Parse(bytes));
        Damage.RandomChangesAreRefusedOrRead(valid, bytes => TokenizerJson.Parse(bytes)).ShouldBeGreaterThan(1000);
    }

    [SkippableFact]
    public void The_real_Phi_2_tokenizer_is_read()
    {
        TokenizerJson tokenizer = TokenizerJson.Load(SharedData.Require("data/tokenizers/phi-2"));
        tokenizer.PreTokenizer.ShouldBe(PreTokenizerKind.Gpt2);
        tokenizer.Vocabulary.Count.ShouldBe(50295);
        tokenizer.ModelVocabularySize.ShouldBe(50257);
        tokenizer.Merges.Count.ShouldBe(50000);
        tokenizer.FindToken("<|endoftext|>").ShouldBe(50256);
    }

    [SkippableFact]
    public void The_real_Qwen_vocabulary_and_merges_are_read()
    {
        string folder = SharedData.Require("data/tokenizers/qwen2.5");
        TokenizerJson tokenizer = TokenizerJson.LoadVocabularyAndMerges(folder, PreTokenizerKind.Qwen2,
            [new AddedToken(151643, "<|endoftext|>", true), new AddedToken(151644, "<|im_start|>", true), new AddedToken(151645, "<|im_end|>", true)]);
        tokenizer.Vocabulary.Count.ShouldBe(151646);
        tokenizer.Merges.Count.ShouldBe(151387);
        tokenizer.FindToken("Hello").ShouldBe(9707);
    }

    [SkippableTheory]
    [InlineData("llama-2", 32000)]
    [InlineData("phi-3-mini", 32011)]
    public void A_real_SentencePiece_style_tokenizer_is_read(string name, int tokens)
    {
        TokenizerJson tokenizer = TokenizerJson.Load(SharedData.Require($"data/tokenizers/{name}"));
        tokenizer.ByteFallback.ShouldBeTrue();
        tokenizer.AddsSpacePrefix.ShouldBeTrue();
        tokenizer.Vocabulary.Count.ShouldBe(tokens);
        tokenizer.Merges.Count.ShouldBe(61249);
        tokenizer.UnknownToken.ShouldBe("<unk>");
        tokenizer.FindToken("<0x0A>").ShouldBe(13);
    }

    [Theory]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"\u2581"},{"type":"Replace","pattern":{"String":" "},"content":"\u2581"}]}""", "null", true)]
    [InlineData("null", """{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"first","split":false}""", true)]
    [InlineData("null", """{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"never","split":false}""", false)]
    [InlineData("""{"type":"Replace","pattern":{"String":" "},"content":"\u2581"}""", """{"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious","invert":false}""", false)]
    [InlineData("null", """{"type":"Metaspace","replacement":"\u2581","prepend_scheme":"first","split":true}""", null)]
    [InlineData("""{"type":"Lowercase"}""", "null", null)]
    [InlineData("null", "null", null)]
    public void Spaces_are_written_in_one_of_SentencePieces_ways(string normalizer, string preTokenizer, bool? prefix)
    {
        string json = $$$"""{"normalizer":{{{normalizer}}},"pre_tokenizer":{{{preTokenizer}}},"model":{"type":"BPE","byte_fallback":true,"vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}}""";
        if (prefix is bool expected)
        {
            TokenizerJson.Parse(json).AddsSpacePrefix.ShouldBe(expected);
        }
        else
        {
            Should.Throw<ModelFormatException>(() => TokenizerJson.Parse(json)).Element.ShouldBe("normalizer");
        }
    }

    [Fact]
    public void Merges_of_tokens_with_spaces_are_split_where_tokens_end()
    {
        string json = Small.Replace("\"b\":1", "\" \":1").Replace("\"ab\":2", "\"  \":2").Replace("\"abb\":3", "\"a  \":3").Replace("\"a b\",[\"ab\",\"b\"]", "\"   \",\"a   \"").Replace("\"content\":\"  \"", "\"content\":\"x\"");
        TokenizerJson.Parse(json).Merges.ShouldBe([(" ", " "), ("a", "  ")]);
    }

    [Fact]
    public void A_normalizer_of_one_step_is_that_step()
    {
        TokenizerJson.Parse(Small.Replace("\"normalizer\":null", "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"}]}")).Normalizer.ShouldBe("NFC");
        TokenizerJson.Create(["<end>", "a"], [], [], PreTokenizerKind.Qwen2, composes: true).Normalizer.ShouldBe("NFC");
    }
}
