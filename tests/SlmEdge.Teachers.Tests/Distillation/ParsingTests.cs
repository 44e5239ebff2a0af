using SlmEdge.Tasks;
using SlmEdge.Teachers.Distillation;
using SlmEdge.Teachers.Templates;

namespace SlmEdge.Teachers.Tests.Distillation;

public sealed class ParsingTests
{
    private static readonly TaskDefinition Task = TaskDefinition.FromLabels("t", "Which?", ["Engine", "Engine Oil", "(none)"]);

    [Theory]
    [InlineData("Engine", "Engine")]
    [InlineData("  **engine oil**. ", "Engine Oil")]
    [InlineData("Answer: \"Engine\"", "Engine")]
    [InlineData("(none)", "(none)")]
    [InlineData("none", "(none)")]
    [InlineData("not Engine", null)]
    [InlineData("Engine or Engine Oil", null)]
    [InlineData("", null)]
    public void A_label_is_the_whole_answer_or_it_is_none(string answer, string? label) => LabelAnswer.Match(answer, Task).ShouldBe(label);

    [Theory]
    [InlineData("It leaks oil.\nAnswer: Engine Oil", null, "It leaks oil.", "Engine Oil")]
    [InlineData("Answer: maybe\nNo.\n**Final answer:** 42", null, "Answer: maybe\nNo.", "42")]
    [InlineData("<think>two and two</think>\n4", null, "two and two", "4")]
    [InlineData("two and two</think>4", null, "two and two", "4")]
    [InlineData("4", "two and two", "two and two", "4")]
    [InlineData("<think>cut off", null, null, null)]
    [InlineData("just words", null, null, null)]
    public void Reasoning_and_answer_are_told_apart_by_what_marks_them(string text, string? beside, string? reasoning, string? answer)
    {
        var parts = ReasonedAnswer.Split(new TeacherAnswer(text, AnswerEnd.Complete, beside), markedLine: true);

        (parts?.Reasoning, parts?.Answer).ShouldBe((reasoning, answer));
    }

    [Fact]
    public void A_plain_answer_keeps_its_lines_and_loses_its_thoughts()
    {
        ReasonedAnswer.Split(new TeacherAnswer("<think>hm</think>Answer: a\nb", AnswerEnd.Complete), markedLine: false)!.Answer.ShouldBe("Answer: a\nb");
    }

    [Fact]
    public void A_template_is_filled_once_and_its_places_are_checked()
    {
        using var folder = new TemporaryDirectory();
        File.WriteAllText(folder.At("judge.txt"), "{{first}} / {{ second }} / {{question}}");
        PromptTemplate.Load("judge", folder.At(".")).Fill(("question", "q"), ("first", "{{second}}"), ("second", "b")).ShouldBe("{{second}} / b / q");

        File.WriteAllText(folder.At("judge.txt"), "{{first}} {{third}}");
        Should.Throw<TeacherException>(() => PromptTemplate.Load("judge", folder.At(".")).Fill(("first", "a"))).Message.ShouldContain("{{third}}");
        Should.Throw<TeacherException>(() => PromptTemplate.Load("classify").Fill(("text", "a"), ("labels", "b"))).Message.ShouldContain("{{instruction}}");
        Should.Throw<TeacherException>(() => PromptTemplate.Load("classify", folder.At("absent"))).Message.ShouldContain("absent");
    }

    [Fact]
    public void Votes_need_a_winner()
    {
        ReasonedAnswer[] three = [new("r1", "A"), new("r2", "b"), new("r3", " a ")];
        var vote = Vote.Count(three, 4)!;
        (vote.Winner.Reasoning, vote.Agreement).ShouldBe(("r1", 0.5));
        Vote.Count(three[..2], 2).ShouldBeNull();
    }
}
