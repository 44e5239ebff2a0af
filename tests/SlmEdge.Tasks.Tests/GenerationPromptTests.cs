using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Tasks.Tests;

public sealed class GenerationPromptTests
{
    private static readonly ByteTokenizer Tokenizer = new([]);

    [Fact]
    public void Instruction_and_input_make_a_prompt_and_the_answer_ends_the_sequence()
    {
        var prompt = new GenerationPrompt(Tokenizer);
        Tokenizer.Decode(prompt.Encode("Shorten.", " a long text ")).ShouldBe("Shorten.\n\nText: a long text\nAnswer:");
        Tokenizer.Decode(prompt.Encode("Say hello.", "")).ShouldBe("Say hello.\nAnswer:");
        prompt.EncodeAnswer("ok").ShouldBe([' ', 'o', 'k', Tokenizer.EosTokenId]);
    }

    [Fact]
    public void Only_the_turns_of_the_assistant_are_learned()
    {
        var prompt = new GenerationPrompt(Tokenizer, "{{'<|im_start|>' + role}}…<|im_end|>");
        (int[] tokens, bool[] supervised) = prompt.EncodeMessages([new("user", "hi <|im_end|>"), new("assistant", "yes")]);

        supervised.Length.ShouldBe(tokens.Length);
        tokens.Where((_, i) => supervised[i]).ShouldBe(['y', 'e', 's', 259]);
        tokens.Count(token => token == 258).ShouldBe(2);
        tokens.Count(token => token == 259).ShouldBe(2);
    }

    [Fact]
    public void Dialogues_need_a_ChatML_template() =>
        Should.Throw<TaskDefinitionException>(() => new GenerationPrompt(Tokenizer, "[INST]").EncodeMessages([new("assistant", "x")])).Message.ShouldContain("ChatML");
}
