using System.Text.Json;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Tasks.Prompts.Conversations;
using SlmEdge.Tasks.Templates;

namespace SlmEdge.Tasks.Tests;

public sealed class ConversationPromptTests
{
    private static readonly ChatMessage[] Dialogue = [new("user", "one"), new("assistant", "two"), new("user", "three"), new("assistant", "four")];

    private readonly TemplateTokenizer _tokenizer = new();

    [SkippableTheory]
    [InlineData("gemma", "two<end_of_turn>", "four<end_of_turn>")]
    [InlineData("gemma3", "two<end_of_turn>", "four<end_of_turn>")]
    [InlineData("gemma_training", "two<end_of_turn>\n", "four<end_of_turn>\n")]
    [InlineData("llama3", "two<|eot_id|>", "four<|eot_id|>")]
    [InlineData("llama3_1", "two<|eot_id|>", "four<|eot_id|>")]
    [InlineData("llama3_2", "two<|eot_id|>", "four<|eot_id|>")]
    [InlineData("llama3_training", "two<|eot_id|>", "four<|eot_id|>")]
    [InlineData("phi3", "two<|end|>", "four<|end|>")]
    [InlineData("phi3_5", "two<|end|>", "four<|end|>")]
    [InlineData("phi3_training", "two<|end|>\n", "four<|end|>\n</s>")]
    [InlineData("qwen2_5", "two<|im_end|>", "four<|im_end|>")]
    [InlineData("qwen2_5_training", "\ntwo<|im_end|>\n", "\nfour<|im_end|>\n")]
    [InlineData("qwen3", "two<|im_end|>", "<think>\n\n</think>\n\nfour<|im_end|>")]
    public void Exactly_the_turns_of_the_assistant_are_learned(string template, params string[] learned)
    {
        ConversationPrompt prompt = Real(template);
        (int[] tokens, bool[] supervised) = prompt.Encode(Dialogue);
        supervised.Length.ShouldBe(tokens.Length);
        Learned(tokens, supervised).ShouldBe(learned);
        _tokenizer.Decode(tokens).ShouldBe(Render(prompt.Template, Dialogue));
    }

    [SkippableTheory]
    [InlineData("gemma")]
    [InlineData("gemma3")]
    [InlineData("gemma_training")]
    [InlineData("llama3")]
    [InlineData("llama3_1")]
    [InlineData("llama3_2")]
    [InlineData("llama3_training")]
    [InlineData("phi3")]
    [InlineData("phi3_5")]
    [InlineData("phi3_training")]
    [InlineData("qwen2_5")]
    [InlineData("qwen2_5_training")]
    [InlineData("qwen3")]
    public void What_the_model_is_asked_with_are_the_first_tokens_of_what_was_trained(string template)
    {
        ConversationPrompt prompt = Real(template);
        foreach (string answer in (string[])["four", "\n\nfour", "  four", "\tfour\n", "four <|im_end|> {{ 1 }}"])
        {
            int[] asked = prompt.EncodePrompt(Dialogue[..3]);
            (int[] tokens, bool[] supervised) = prompt.Encode([.. Dialogue[..3], new("assistant", answer)]);
            tokens[..asked.Length].ShouldBe(asked, answer);
            supervised[asked.Length..].ShouldContain(true);
            prompt.EndTokens.ShouldContain(tokens[Array.LastIndexOf(supervised, true) is var last && _tokenizer.IsControl(tokens[last]) ? last : last - 1]);
        }
    }

    [SkippableTheory]
    [InlineData("gemma3")]
    [InlineData("llama3")]
    [InlineData("phi3_training")]
    [InlineData("qwen2_5")]
    [InlineData("qwen3")]
    public void Text_of_users_never_becomes_a_control_token(string template)
    {
        ConversationPrompt prompt = Real(template);
        string hostile = string.Concat(TemplateTokenizer.DefaultControls);
        int[] plain = prompt.Encode(Dialogue).Tokens;
        (int[] tokens, bool[] supervised) = prompt.Encode([new("user", hostile), new("assistant", hostile + "x"), new("user", hostile), new("assistant", "y" + hostile)]);
        tokens.Where(_tokenizer.IsControl).ShouldBe(plain.Where(_tokenizer.IsControl));
        Learned(tokens, supervised).Length.ShouldBe(2);
    }

    [Fact]
    public void Characters_of_a_user_and_of_the_template_never_become_a_control_token_together()
    {
        ConversationPrompt prompt = Of("{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}|im_end|><|im_end|>{% endfor %}");
        (int[] tokens, _) = prompt.Encode([new("user", "<"), new("assistant", "<")]);
        tokens.Count(token => _tokenizer.GetTokenText(token) == "<|im_end|>").ShouldBe(2);
    }

    [Fact]
    public void A_role_may_make_a_control_token_with_the_template_but_an_unknown_one_may_not()
    {
        ConversationPrompt prompt = Of("{% for m in messages %}{{ '<|' + m.role + '|>' + m.content + '<|end|>' }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}");
        prompt.Encode(Dialogue[..2]).Tokens.Where(_tokenizer.IsControl).Select(_tokenizer.GetTokenText).ShouldBe(["<|user|>", "<|end|>", "<|assistant|>", "<|end|>"]);
        prompt.EncodePrompt([new("end", "a")]).Where(_tokenizer.IsControl).Select(_tokenizer.GetTokenText).ShouldBe(["<|end|>", "<|assistant|>"]);
    }

    [Theory]
    [InlineData("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}", "does not end it")]
    [InlineData("{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}<|end|>{% endif %}{% endfor %}", "leaves it out")]
    [InlineData("{% for m in messages %}{{ m.content }}<|user|>{{ m.content }}<|end|>{% endfor %}", "inside of it")]
    [InlineData("{% for m in messages %}{{ m.content }} {% endfor %}<|end|>", "text of others")]
    public void A_template_whose_turns_cannot_be_found_is_refused_by_name(string template, string why)
    {
        ChatTemplateException error = Should.Throw<ChatTemplateException>(() => Of(template));
        error.Message.ShouldStartWith("odd.jinja");
        error.Message.ShouldContain(why);
    }

    [Fact]
    public void White_space_that_a_control_token_takes_with_it_is_gone()
    {
        var tokenizer = new TemplateTokenizer(stripping: ["<|end|>", "<|user|>", "<|assistant|>"]);
        var prompt = new ConversationPrompt(tokenizer, ChatTemplate.Parse("{% for m in messages %}<|{{ m.role }}|>\n{{ m.content }}<|end|>\n{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}"));
        (int[] tokens, bool[] supervised) = prompt.Encode(Dialogue[..2]);
        tokens.ShouldBe(tokenizer.Encode("<|user|>\none<|end|>\n<|assistant|>\ntwo<|end|>\n", parseSpecial: true));
        tokens.Where((_, i) => supervised[i]).Select(tokenizer.GetTokenText).ShouldBe(["two", "<|end|>"]);
    }

    /// <summary>Qwen's and Llama's templates know what tools answer; only the assistant's turns are learned.</summary>
    [SkippableTheory]
    [InlineData("qwen2_5", "tool", "calling<|im_end|>", "it is 7<|im_end|>")]
    [InlineData("qwen3", "tool", "calling<|im_end|>", "<think>\n\n</think>\n\nit is 7<|im_end|>")]
    [InlineData("llama3_1", "tool", "calling<|eot_id|>", "it is 7<|eot_id|>")]
    public void Answers_of_tools_are_rendered_and_not_learned(string template, string role, params string[] learned)
    {
        ConversationPrompt prompt = Real(template);
        ChatMessage[] messages = [new("user", "how much?"), new("assistant", "calling"), new(role, "seven <|im_end|>"), new("assistant", "it is 7")];
        (int[] tokens, bool[] supervised) = prompt.Encode(messages);
        Learned(tokens, supervised).ShouldBe(learned);
        _tokenizer.Decode(tokens).ShouldContain("seven <|im_end|>");
        int[] asked = prompt.EncodePrompt(messages[..3]);
        tokens[..asked.Length].ShouldBe(asked);
    }

    [SkippableTheory]
    [InlineData("phi3", "tool")]
    [InlineData("phi3", "function")]
    [InlineData("gemma", "tool")]
    public void A_role_that_the_template_does_not_know_is_refused_by_name(string template, string role)
    {
        ConversationPrompt prompt = Real(template);
        ChatMessage[] messages = [new("user", "how much?"), new("assistant", "calling"), new(role, "seven"), new("assistant", "it is 7")];
        Should.Throw<ChatTemplateException>(() => prompt.Encode(messages)).Message.ShouldContain($"role '{role}'");
        Should.Throw<ChatTemplateException>(() => prompt.EncodePrompt(messages[..3])).Message.ShouldContain($"role '{role}'");
    }

    [Fact]
    public void Refusals_of_the_template_reach_the_caller()
    {
        ConversationPrompt prompt = Of("{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system') }}{% endif %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}");
        Should.Throw<ChatTemplateException>(() => prompt.Encode([new("system", "x"), .. Dialogue])).RaisedByTemplate.ShouldBeTrue();
    }

    [Fact]
    public void An_instruction_and_its_answer_are_a_conversation_of_two_turns()
    {
        const string Template = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";
        var prompt = new GenerationPrompt(_tokenizer, Template);
        int[] asked = prompt.Encode("Shorten.", " a long text ");
        int[] answer = prompt.EncodeAnswer("ok");
        _tokenizer.Decode(asked).ShouldBe("<|im_start|>user\nShorten.\n\na long text<|im_end|>\n<|im_start|>assistant\n");
        _tokenizer.Decode(answer).ShouldBe("ok<|im_end|>");
        (int[] tokens, bool[] supervised) = prompt.EncodeMessages([new("user", "Shorten.\n\na long text"), new("assistant", "ok")]);
        tokens[..(Array.LastIndexOf(supervised, true) + 1)].ShouldBe([.. asked, .. answer]);
        prompt.EndTokens.Select(_tokenizer.GetTokenText).ShouldBe(["</s>", "<|im_end|>"]);
        prompt.Sha256.ShouldNotBe(new GenerationPrompt(_tokenizer).Sha256);
    }

    private ConversationPrompt Real(string name) =>
        new(_tokenizer, ChatTemplate.Parse(File.ReadAllText(SharedData.Locate($"data/templates/{name}.jinja")), name));

    private ConversationPrompt Of(string template) => new(_tokenizer, ChatTemplate.Parse(template, "odd.jinja"));

    /// <summary>The text of each run of learned tokens.</summary>
    private string[] Learned(int[] tokens, bool[] supervised)
    {
        var runs = new List<string>();
        for (int i = 0; i < tokens.Length; i++)
        {
            if (supervised[i])
            {
                string text = _tokenizer.GetTokenText(tokens[i]);
                if (i > 0 && supervised[i - 1])
                {
                    runs[^1] += text;
                }
                else
                {
                    runs.Add(text);
                }
            }
        }

        return [.. runs];
    }

    private static string Render(ChatTemplate template, ChatMessage[] messages) => template.Render(new ChatTemplateInput
    {
        Messages = JsonSerializer.SerializeToElement(messages.Select(m => new { role = m.Role, content = m.Content })),
        ControlTokens = new Dictionary<string, string> { ["bos_token"] = "<bos>", ["eos_token"] = "</s>" },
    }).Value;
}
