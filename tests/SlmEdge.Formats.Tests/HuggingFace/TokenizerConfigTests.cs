using SlmEdge.Formats.HuggingFace;

namespace SlmEdge.Formats.Tests.HuggingFace;

public sealed class TokenizerConfigTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_saved_is_loaded()
    {
        var config = new TokenizerConfig
        {
            BosToken = "<s>", EosToken = "</s>", PadToken = "<pad>", AddBosToken = true, AddEosToken = false,
            ChatTemplate = "{% for m in messages %}<|im_start|>{{ m.role }}\n{% endfor %}", ModelMaxLength = 2048,
        };
        config.Save(_folder.Path);
        TokenizerConfig.Load(_folder.Path).ShouldBe(config);
        ChatTemplateFile.Load(_folder.Path).ShouldBe(config.ChatTemplate);
    }

    [Fact]
    public void Tokens_as_objects_and_named_templates_are_understood()
    {
        _folder.Write("tokenizer_config.json",
            """{"bos_token":{"content":"<s>","special":true},"eos_token":null,"model_max_length":1000000000000000019884624838656,"chat_template":[{"name":"tools","template":"t"},{"name":"default","template":"d"}]}""");
        TokenizerConfig config = TokenizerConfig.Load(_folder.Path).ShouldNotBeNull();
        config.BosToken.ShouldBe("<s>");
        config.EosToken.ShouldBeNull();
        config.ModelMaxLength.ShouldBeNull();
        config.ChatTemplate.ShouldBe("d");
    }

    [Fact]
    public void The_template_file_goes_before_the_one_in_the_configuration()
    {
        new TokenizerConfig { ChatTemplate = "old" }.Save(_folder.Path);
        _folder.Write("chat_template.jinja", "new ğ");
        ChatTemplateFile.Load(_folder.Path).ShouldBe("new ğ");
        _folder.Write("chat_template.jinja", [0xFF, 0xFE]);
        Should.Throw<ModelFormatException>(() => ChatTemplateFile.Load(_folder.Path)).Message.ShouldContain("UTF-8");
    }

    [Fact]
    public void A_folder_without_the_file_has_none()
    {
        TokenizerConfig.Load(_folder.Path).ShouldBeNull();
        GenerationConfig.Load(_folder.Path).ShouldBeNull();
        ChatTemplateFile.Load(_folder.Path).ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"bos_token":3}""", "bos_token")]
    [InlineData("""{"add_bos_token":"yes"}""", "add_bos_token")]
    [InlineData("""{"chat_template":[{"name":"rag","template":"x"}]}""", "chat_template")]
    [InlineData("[]", null)]
    public void A_field_of_a_wrong_type_is_refused_by_name(string json, string? element)
    {
        _folder.Write("tokenizer_config.json", json);
        Should.Throw<ModelFormatException>(() => TokenizerConfig.Load(_folder.Path)).Element.ShouldBe(element);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Generation_settings_are_read_back(int endTokens)
    {
        var config = new GenerationConfig
        {
            BosTokenId = 1, EosTokenIds = [.. Enumerable.Range(2, endTokens)], PadTokenId = 0, DoSample = true, Temperature = 0.5, TopK = 40, TopP = 0.9, MaxNewTokens = 64,
        };
        config.Save(_folder.Path);
        GenerationConfig loaded = GenerationConfig.Load(_folder.Path).ShouldNotBeNull();
        loaded.EosTokenIds.ShouldBe(config.EosTokenIds);
        (loaded with { EosTokenIds = config.EosTokenIds }).ShouldBe(config);
    }
}
