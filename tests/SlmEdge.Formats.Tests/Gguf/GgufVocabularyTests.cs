using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Tokenization;

namespace SlmEdge.Formats.Tests.Gguf;

public sealed class GgufVocabularyTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_trained_tokenizer_becomes_the_keys_that_libllama_reads()
    {
        var trainer = new BytePairTrainer(new BytePairTrainerOptions { VocabularySize = 280 });
        trainer.Add("pump pump pump leaking leaking hose hose");
        TokenizerJson tokenizer = trainer.Train();
        using GgufFile file = Write(tokenizer, new TokenizerConfig { EosToken = "<|im_end|>", PadToken = "<|endoftext|>", ChatTemplate = "t", AddBosToken = false });
        file.Metadata["general.architecture"].AsString().ShouldBe("llama");
        file.Metadata["tokenizer.ggml.model"].AsString().ShouldBe("gpt2");
        file.Metadata["tokenizer.ggml.pre"].AsString().ShouldBe("qwen2");
        file.Metadata["tokenizer.ggml.tokens"].AsStrings().ShouldBe(tokenizer.Vocabulary);
        file.Metadata["tokenizer.ggml.merges"].AsStrings().ShouldBe(tokenizer.Merges.Select(m => $"{m.Left} {m.Right}"));
        IReadOnlyList<int> types = file.Metadata["tokenizer.ggml.token_type"].AsInt32s();
        types.Take(3).ShouldAllBe(t => t == 3);
        types.Skip(3).ShouldAllBe(t => t == 1);
        file.Metadata["tokenizer.ggml.eos_token_id"].AsInt64().ShouldBe(2);
        file.Metadata["tokenizer.ggml.bos_token_id"].AsInt64().ShouldBe(2);
        file.Metadata["tokenizer.ggml.eot_token_id"].AsInt64().ShouldBe(2);
        file.Metadata["tokenizer.ggml.padding_token_id"].AsInt64().ShouldBe(0);
        file.Metadata["tokenizer.ggml.add_bos_token"].AsBoolean().ShouldBeFalse();
        file.Metadata["tokenizer.chat_template"].AsString().ShouldBe("t");
    }

    [Theory]
    [InlineData(PreTokenizerKind.Gpt2, "gpt-2")]
    [InlineData(PreTokenizerKind.Qwen2, "qwen2")]
    [InlineData(PreTokenizerKind.Qwen35, "qwen35")]
    [InlineData(PreTokenizerKind.Llama3, "smaug-bpe")]
    [InlineData(PreTokenizerKind.SmolLm, "smollm")]
    [InlineData(PreTokenizerKind.Gpt4o, "gpt-4o")]
    public void Word_patterns_have_their_names(PreTokenizerKind kind, string name) => GgufVocabulary.PreTokenizerName(Tokenizer(kind)).ShouldBe(name);

    [Fact]
    public void Llama_3_takes_whole_words_only_under_its_own_name()
    {
        string json = Json(Tokenizer(PreTokenizerKind.Llama3)).Replace("\"ignore_merges\": false", "\"ignore_merges\": true");
        GgufVocabulary.PreTokenizerName(TokenizerJson.Parse(json)).ShouldBe("llama-bpe");
        string qwen = Json(Tokenizer(PreTokenizerKind.Qwen2)).Replace("\"ignore_merges\": false", "\"ignore_merges\": true");
        Should.Throw<ModelFormatException>(() => GgufVocabulary.PreTokenizerName(TokenizerJson.Parse(qwen))).Element.ShouldBe("model.ignore_merges");
    }

    [Fact]
    public void A_word_pattern_that_llama_cpp_does_not_have_is_an_error()
    {
        TokenizerJson tokenizer = TokenizerJson.Parse(Json(Tokenizer(PreTokenizerKind.Qwen2)).Replace(@"|\\p{N}|", @"|\\p{N}{1,2}|"));
        tokenizer.PreTokenizer.ShouldBe(PreTokenizerKind.Unknown);
        var error = Should.Throw<ModelFormatException>(() => Write(tokenizer, null));
        error.Element.ShouldBe("pre_tokenizer");
        error.Message.ShouldContain("{1,2}");
    }

    [Fact]
    public void A_normalizer_that_changes_ordinary_text_is_an_error()
    {
        TokenizerJson tokenizer = TokenizerJson.Parse(Json(Tokenizer(PreTokenizerKind.Qwen2)).Replace("\"normalizer\": null", "\"normalizer\": {\"type\":\"Lowercase\"}"));
        Should.Throw<ModelFormatException>(() => Write(tokenizer, null)).Message.ShouldContain("Lowercase");
    }

    [Fact]
    public void Framing_tokens_must_exist()
    {
        TokenizerJson tokenizer = Tokenizer(PreTokenizerKind.Qwen2);
        Should.Throw<ModelFormatException>(() => Write(tokenizer, new TokenizerConfig { EosToken = "<none>" })).Element.ShouldBe("eos_token");
        Should.Throw<ModelFormatException>(() => Write(tokenizer, new TokenizerConfig())).Element.ShouldBe("eos_token");
        Should.Throw<ModelFormatException>(() => Write(tokenizer, new TokenizerConfig { EosToken = "<end>", AddBosToken = true })).Element.ShouldBe("add_bos_token");
    }

    [Fact]
    public void A_model_with_more_rows_than_tokens_gets_unused_tokens()
    {
        var writer = new GgufWriter();
        writer.Set("general.architecture", "llama");
        GgufVocabulary.Apply(writer, Tokenizer(PreTokenizerKind.Qwen2), new TokenizerConfig { EosToken = "<end>" }, vocabularySize: 8);
        writer.Write(_folder.File("padded.gguf"));
        GgufFile.Verify(_folder.File("padded.gguf"));
        using var file = GgufFile.Open(_folder.File("padded.gguf"));
        file.Metadata["tokenizer.ggml.tokens"].Count.ShouldBe(8);
        file.Metadata["tokenizer.ggml.token_type"].AsInt32s().ShouldBe([3, 1, 1, 1, 5, 5, 5, 5]);
        Should.Throw<ModelFormatException>(() => GgufVocabulary.Apply(new GgufWriter(), Tokenizer(PreTokenizerKind.Qwen2), null, vocabularySize: 3)).Element.ShouldBe("vocab_size");
    }

    [SkippableFact]
    public void The_real_Phi_2_tokenizer_is_converted()
    {
        using GgufFile file = Write(TokenizerJson.Load(SharedData.Require("data/tokenizers/phi-2")), null);
        file.Metadata["tokenizer.ggml.pre"].AsString().ShouldBe("gpt-2");
        file.Metadata["tokenizer.ggml.tokens"].Count.ShouldBe(50295);
        file.Metadata["tokenizer.ggml.token_type"].AsInt32s()[50257].ShouldBe(4);
        file.Metadata["tokenizer.ggml.eos_token_id"].AsInt64().ShouldBe(50256);
    }

    private static TokenizerJson Tokenizer(PreTokenizerKind kind) =>
        TokenizerJson.Create(["<end>", "a", "b", "ab"], [("a", "b")], [new AddedToken(0, "<end>", true)], kind);

    private string Json(TokenizerJson tokenizer)
    {
        tokenizer.Save(_folder.File("tokenizer.json"));
        return File.ReadAllText(_folder.File("tokenizer.json"));
    }

    private GgufFile Write(TokenizerJson tokenizer, TokenizerConfig? config)
    {
        string path = _folder.File("vocabulary.gguf");
        GgufVocabulary.WriteVocabularyOnly(path, tokenizer, config);
        GgufFile.Verify(path);
        return GgufFile.Open(path);
    }
}
