using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Tasks.Tests;

public sealed class ClassificationPromptTests
{
    private static readonly ByteTokenizer Tokenizer = new([" Bucket", " Hydraulic", " Engine", " A", " B", " pump", "\nAnswer:"]);

    [Fact]
    public void The_prompt_is_prefix_text_and_cue_tokenised_apart()
    {
        TaskDefinition task = TaskDefinition.FromLabels("t", "Name it.", ["Bucket", "Engine"]);
        ClassificationPrompt prompt = ClassificationPrompt.Create(task, Tokenizer);

        Tokenizer.Decode([.. prompt.Prefix, .. prompt.EncodeText("  leaking \n")]).ShouldBe("Name it.\n\nText: leaking\nAnswer:");
        prompt.EncodeText("x")[^1].ShouldBe(Tokenizer.FindSingleToken("\nAnswer:")!.Value);
    }

    [Fact]
    public void A_model_that_wants_it_gets_the_beginning_of_sequence_once()
    {
        TaskDefinition task = TaskDefinition.FromLabels("t", "Name it.", ["Bucket", "Engine"]);
        int[] prefix = ClassificationPrompt.Create(task, new ByteTokenizer([" Bucket", " Engine"], addBos: true)).Prefix;
        prefix.Count(token => token == 256).ShouldBe(1);
        prefix[0].ShouldBe(256);
    }

    [Fact]
    public void Codes_are_words_of_the_name_then_letters_then_words_of_the_vocabulary_and_never_shared()
    {
        TaskDefinition task = TaskDefinition.FromLabels("t", "i", ["Bucket", "Bucket_Hydraulic Cylinders", "Lights", "Seat", "Window"]);
        ClassificationPrompt prompt = ClassificationPrompt.Create(task, Tokenizer);

        prompt.Codes.Select(code => (code.Name, code.TokenText)).ShouldBe(
            [("Bucket", " Bucket"), ("Bucket_Hydraulic Cylinders", " Hydraulic"), ("Lights", " A"), ("Seat", " B"), ("Window", " pump")]);
        prompt.Labels.SingleToken.ShouldBeTrue();
        prompt.AnswerTokens(2).ShouldBe([Tokenizer.FindSingleToken(" A")!.Value]);
    }

    [Fact]
    public void One_word_in_two_spellings_is_never_two_codes()
    {
        var tokenizer = new ByteTokenizer([" Pump", " pump", " PUMP", " A", " B"]);
        TaskDefinition task = TaskDefinition.FromLabels("t", "i", ["Pump", "pump", "PUMP"]);
        ClassificationPrompt.Create(task, tokenizer).Codes.Select(code => code.TokenText).ShouldBe([" Pump", " A", " B"]);
    }

    [Fact]
    public void A_tokenizer_that_puts_the_space_there_itself_finds_its_codes()
    {
        var tokenizer = new SpacingTokenizer();
        TaskDefinition task = TaskDefinition.FromLabels("t", "i", ["pump", "seat"]);
        ClassificationPrompt.Create(task, tokenizer).Codes.Select(code => code.TokenText).ShouldBe([" pump", " A"]);
    }

    [Fact]
    public void Codes_are_chosen_alike_every_time_and_reused_as_stored()
    {
        TaskDefinition task = TaskDefinition.FromLabels("t", "i", ["Bucket", "Engine"]);
        ClassificationPrompt first = ClassificationPrompt.Create(task, Tokenizer);
        ClassificationPrompt.Create(task, Tokenizer).Sha256.ShouldBe(first.Sha256);
        ClassificationPrompt.Create(task, Tokenizer, [first.Codes[1], first.Codes[0]]).Sha256.ShouldBe(first.Sha256);

        LabelCode[] swapped = [first.Codes[0] with { Name = "Engine" }, first.Codes[1] with { Name = "Bucket" }];
        ClassificationPrompt.Create(task, Tokenizer, swapped).Sha256.ShouldNotBe(first.Sha256);
    }

    [Fact]
    public void Stored_codes_that_do_not_fit_are_refused()
    {
        TaskDefinition task = TaskDefinition.FromLabels("t", "i", ["Bucket", "Engine"]);
        IReadOnlyList<LabelCode> codes = ClassificationPrompt.Create(task, Tokenizer).Codes;

        Refused([codes[0]], "'Engine' has no stored code");
        Refused([codes[0], codes[0]], "two stored codes");
        Refused([codes[0], codes[0] with { Name = "Engine" }], "share the code token");
        Refused([codes[0], codes[1] with { Name = "Motor" }], "'Motor'");
        Refused([codes[0], codes[1] with { TokenText = " Motor" }], "another base model");
        Refused([codes[0], codes[1] with { TokenId = 99999 }], "another base model");

        void Refused(LabelCode[] stored, string message) =>
            Should.Throw<TaskDefinitionException>(() => ClassificationPrompt.Create(task, Tokenizer, stored)).Message.ShouldContain(message);
    }

    [Fact]
    public void Codes_of_the_task_come_first_and_have_to_be_one_token()
    {
        TaskDefinition task = TaskDefinition.FromLabels("t", "i", ["Bucket", "Engine"]);
        TaskDefinition coded = task with { Labels = [new("Bucket", null, "Engine"), new("Engine")] };
        ClassificationPrompt.Create(coded, Tokenizer).Codes.Select(code => code.TokenText).ShouldBe([" Engine", " A"]);

        TaskDefinition odd = task with { Labels = [new("Bucket", null, "Zylinder"), new("Engine")] };
        Should.Throw<TaskDefinitionException>(() => ClassificationPrompt.Create(odd, Tokenizer)).Message.ShouldContain("'Zylinder' is not one token");
    }

    [Fact]
    public void A_vocabulary_without_enough_words_is_an_error_that_says_what_to_do()
    {
        TaskDefinition task = TaskDefinition.FromLabels("t", "i", ["one", "two", "three"]);
        Should.Throw<TaskDefinitionException>(() => ClassificationPrompt.Create(task, new ByteTokenizer([" A"]))).Message.ShouldContain("use the verbalizer 'name'");
    }

    [Fact]
    public void Names_end_with_end_of_sequence_so_that_none_is_the_beginning_of_another()
    {
        TaskDefinition task = TaskDefinition.FromLabels("t", "i", ["Bucket", "Bucket tooth"]) with { Prompt = new PromptOptions { Verbalizer = Verbalizer.Name } };
        ClassificationPrompt prompt = ClassificationPrompt.Create(task, Tokenizer);

        prompt.Codes.ShouldBeEmpty();
        prompt.AnswerTokens(0).ShouldBe([Tokenizer.FindSingleToken(" Bucket")!.Value, Tokenizer.EosTokenId]);
        Tokenizer.Decode(prompt.AnswerTokens(1)).ShouldBe(" Bucket tooth");
        prompt.Labels[prompt.Labels.GetLabelNode(0)].ChildCount.ShouldBe(0);
    }

    [Fact]
    public void Labels_that_become_the_same_tokens_are_refused()
    {
        TaskDefinition task = TaskDefinition.FromLabels("t", "i", ["Engine", "ENGINE"]) with { Prompt = new PromptOptions { Verbalizer = Verbalizer.Name } };
        Should.Throw<TaskDefinitionException>(() => ClassificationPrompt.Create(task, new ByteTokenizer([], fold: true)))
            .Message.ShouldContain("labels 'Engine' and 'ENGINE' become the same tokens");
    }

    [Fact]
    public void Labels_stand_in_the_prompt_with_code_and_description_when_asked()
    {
        TaskDefinition task = TaskDefinition.FromLabels("t", "Name it.", ["Bucket", "Engine"]) with
        {
            Labels = [new("Bucket", "the shovel"), new("Engine")],
            Prompt = new PromptOptions { LabelsInPrompt = true },
        };
        Tokenizer.Decode(ClassificationPrompt.Create(task, Tokenizer).Prefix)
            .ShouldBe("Name it.\n\nLabels:\n- Bucket = Bucket: the shovel\n- Engine = Engine\n\nText:");
    }

    [Fact]
    public void Text_of_users_never_becomes_control_tokens()
    {
        ClassificationPrompt prompt = ClassificationPrompt.Create(TaskDefinition.FromLabels("t", "i", ["Bucket", "Engine"]), Tokenizer);
        prompt.EncodeText("<|im_end|>").ShouldNotContain(259);
    }

    [Fact]
    public void A_long_text_is_cut_but_the_cue_is_kept()
    {
        ClassificationPrompt prompt = ClassificationPrompt.Create(TaskDefinition.FromLabels("t", "i", ["Bucket", "Engine"]), Tokenizer);
        int[] tokens = prompt.EncodeText(new string('x', 100), 10, out bool truncated);
        truncated.ShouldBeTrue();
        tokens.Length.ShouldBe(10);
        Tokenizer.Decode(tokens).ShouldEndWith("xxx\nAnswer:");
        prompt.EncodeText("xx", 10, out truncated).Length.ShouldBe(4);
        truncated.ShouldBeFalse();
    }

    [Fact]
    public void An_empty_text_is_refused()
    {
        ClassificationPrompt prompt = ClassificationPrompt.Create(TaskDefinition.FromLabels("t", "i", ["Bucket", "Engine"]), Tokenizer);
        Should.Throw<ArgumentException>(() => prompt.EncodeText(" \t\n")).Message.ShouldContain("empty");
    }
}
