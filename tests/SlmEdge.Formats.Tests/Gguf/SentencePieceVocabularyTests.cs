using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Tests.SentencePiece;

namespace SlmEdge.Formats.Tests.Gguf;

public sealed class SentencePieceVocabularyTests : IDisposable
{
    private static readonly (string Text, float Score, int? Type)[] Pieces =
    [
        ("<unk>", 0, 2), ("<s>", 0, 3), ("</s>", 0, 3),
        .. Enumerable.Range(0, 256).Select(value => ($"<0x{value:X2}>", 0f, (int?)6)),
        ("\u2581a", -1, 1), ("[X]", 0, 4),
    ];

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pieces_added_tokens_and_padding_have_the_converters_types_and_scores()
    {
        _folder.Write("tokenizer.model", SentencePieceModelTests.Model(Pieces, [(3, 2), (35, 1)], [(3, 0), (4, 0)]));
        _folder.Write("added_tokens.json", """{"\u2581\u2581x": 261, "<|im_end|>": 262}""");
        _folder.Write("tokenizer_config.json", """{"add_bos_token":true,"added_tokens_decoder":{"263":{"content":"<tool>","special":true,"rstrip":true},"264":{"content":"word","special":false}}}""");
        _folder.Write("config.json", """{"bos_token_id":1,"eos_token_id":2,"unk_token_id":-1,"pad_token_id":0}""");
        using GgufFile file = Write(vocabularySize: 267);
        Strings("tokenizer.ggml.tokens").Skip(259).ShouldBe(["\u2581a", "[X]", "  x", "<|im_end|>", "<tool>", "word", "[PAD265]", "[PAD266]"]);
        file.Metadata["tokenizer.ggml.token_type"].AsInt32s().Skip(259).ShouldBe([1, 1, 4, 3, 3, 4, 5, 5]);
        file.Metadata["tokenizer.ggml.scores"].AsFloats().Skip(259).ShouldBe([-1f, 0, -1000, -1000, -1000, -1000, -10000, -10000]);
        file.Metadata["tokenizer.ggml.model"].AsString().ShouldBe("llama");
        file.Metadata["tokenizer.ggml.pre"].AsString().ShouldBe("default");
        file.Metadata["tokenizer.ggml.bos_token_id"].AsInt64().ShouldBe(1);
        file.Metadata["tokenizer.ggml.eos_token_id"].AsInt64().ShouldBe(2);
        file.Metadata["tokenizer.ggml.padding_token_id"].AsInt64().ShouldBe(0);
        file.Metadata.ContainsKey("tokenizer.ggml.unknown_token_id").ShouldBeFalse();
        file.Metadata["tokenizer.ggml.add_bos_token"].AsBoolean().ShouldBeTrue();
        file.Metadata.ContainsKey("tokenizer.ggml.add_eos_token").ShouldBeFalse();
        file.Metadata["tokenizer.ggml.add_space_prefix"].AsBoolean().ShouldBeFalse();
        file.Metadata["slmedge.tokenizer.strip_right"].AsString().ShouldBe("263");

        IReadOnlyList<string> Strings(string key) => file.Metadata[key].AsStrings();
    }

    [Theory]
    [InlineData(1, 1, 0, "Unigram")]
    [InlineData(2, 1, 1, "white space")]
    public void What_libllamas_tokenizer_does_not_do_is_an_error(int algorithm, int prefix, int removesSpaces, string reason)
    {
        _folder.Write("tokenizer.model", SentencePieceModelTests.Model(Pieces, [(3, algorithm), (35, 1)], [(3, prefix), (4, removesSpaces)]));
        Should.Throw<ModelFormatException>(() => Write()).Message.ShouldContain(reason);
    }

    [Fact]
    public void A_vocabulary_without_all_byte_tokens_is_an_error()
    {
        _folder.Write("tokenizer.model", SentencePieceModelTests.Model([.. Pieces.Where(piece => piece.Text != "<0x7F>")], [(3, 2)], [(4, 0)]));
        Should.Throw<ModelFormatException>(() => Write()).Message.ShouldContain("<0x7F>");
    }

    [Fact]
    public void A_file_of_others_without_a_byte_token_is_kept_from_libllama()
    {
        var writer = new GgufWriter();
        writer.Set("general.architecture", "llama");
        writer.Set("tokenizer.ggml.model", "llama");
        writer.Set("tokenizer.ggml.tokens", [.. Pieces.Select(piece => piece.Text).Where(text => text is not ("<0x41>" or "<0x80>")), "A"]);
        writer.Write(_folder.File("vocabulary.gguf"));
        Should.Throw<ModelFormatException>(() => GgufFile.Verify(_folder.File("vocabulary.gguf"))).Message.ShouldContain("<0x80>");
    }

    [Fact]
    public void Merges_that_are_not_SentencePieces_are_an_error()
    {
        string bytes = string.Join(',', Enumerable.Range(0, 256).Select(value => $"\"<0x{value:X2}>\":{value}"));
        _folder.Write("tokenizer.json",
            $$$"""{"normalizer":{"type":"Replace","pattern":{"String":" "},"content":"\u2581"},"model":{"type":"BPE","byte_fallback":true,"vocab":{{{{bytes}}},"a":256,"b":257,"ab":258,"aba":259,"ba":260,"</s>":261},"merges":["a b","ab a"]}}""");
        var error = Should.Throw<ModelFormatException>(() => Write());
        error.Element.ShouldBe("model.merges");
        error.Message.ShouldContain("tokenizer.model");
    }

    [Fact]
    public void A_folder_without_a_tokenizer_says_which_layouts_there_are() =>
        Should.Throw<FileNotFoundException>(() => HuggingFaceTokenizer.Load(_folder.Path)).Message.ShouldContain("merges.txt");

    [Fact]
    public void Vocabulary_and_merges_need_a_known_tokenizer_class()
    {
        _folder.Write("vocab.json", """{"a":0,"b":1,"ab":2}""");
        _folder.Write("merges.txt", "#version: 0.2\na b\n");
        _folder.Write("tokenizer_config.json", """{"tokenizer_class":"BartTokenizer"}""");
        Should.Throw<ModelFormatException>(() => HuggingFaceTokenizer.Load(_folder.Path)).Element.ShouldBe("tokenizer_class");
        _folder.Write("tokenizer_config.json", """{"tokenizer_class":"Qwen2Tokenizer","added_tokens_decoder":{"3":{"content":"<|endoftext|>","special":true}}}""");
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.Load(_folder.Path);
        tokenizer.Json!.PreTokenizer.ShouldBe(PreTokenizerKind.Qwen2);
        tokenizer.Json.Normalizer.ShouldBe("NFC");
        tokenizer.TokenCount.ShouldBe(4);
        using GgufFile file = Write();
        file.Metadata["slmedge.tokenizer.normalizer"].AsString().ShouldBe("nfc");
    }

    [Theory]
    [InlineData("""{"added_tokens_decoder":{"x":{"content":"a"}}}""")]
    [InlineData("""{"added_tokens_decoder":{"1":{"special":true}}}""")]
    [InlineData("""{"added_tokens_decoder":[]}""")]
    public void A_wrong_list_of_added_tokens_is_refused_by_name(string config)
    {
        _folder.Write("tokenizer.model", SentencePieceModelTests.Model(Pieces, [(3, 2)], [(4, 0)]));
        _folder.Write("tokenizer_config.json", config);
        Should.Throw<ModelFormatException>(() => HuggingFaceTokenizer.Load(_folder.Path)).Element.ShouldBe("added_tokens_decoder");
    }

    private GgufFile Write(int? vocabularySize = null)
    {
        var writer = new GgufWriter();
        writer.Set("general.architecture", "llama");
        GgufVocabulary.Apply(writer, HuggingFaceTokenizer.Load(_folder.Path), vocabularySize);
        string path = _folder.File("vocabulary.gguf");
        writer.Write(path);
        GgufFile.Verify(path);
        return GgufFile.Open(path);
    }
}
