using SlmEdge.Tasks.Data;

namespace SlmEdge.Tasks.Tests;

public sealed class TrainTestOverlapTests
{
    [Fact]
    public void Texts_that_differ_in_case_white_space_or_composition_are_the_same()
    {
        LabelledText[] train = [Row("Café  leaks\n", 1), Row("pump", 2), Row("PUMP", 3)];
        LabelledText[] test = [Row(" cafe\u0301 LEAKS", 1), Row("pumps", 2), Row("Pump", 3)];

        TrainTestOverlap.Check(train, test).ShouldBe([new(train[0], test[0]), new(train[1], test[2])]);
    }

    [Theory]
    [InlineData("Vie\u0302\u0301t", 4, "viết")]
    [InlineData("A\u030A", 1, "å")]
    [InlineData("x\u0301", 2, "x\u0301")]
    [InlineData("\u0301", 1, "\u0301")]
    public void Marks_are_joined_with_their_letters(string text, int length, string expected)
    {
        TrainTestOverlap.Fold(text).ShouldBe(expected);
        TrainTestOverlap.Fold(text).Length.ShouldBe(length);
    }

    private static LabelledText Row(string text, long row) => new(text, "x", "f", row);
}
