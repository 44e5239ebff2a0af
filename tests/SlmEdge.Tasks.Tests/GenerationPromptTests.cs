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
    public void Dialogues_need_a_chat_template() =>
        Should.Throw<TaskDefinitionException>(() => new GenerationPrompt(Tokenizer).EncodeMessages([new("assistant", "x")])).Message.ShouldContain("chat template");
}
