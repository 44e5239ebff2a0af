using SlmEdge.Export.Fitting;

namespace SlmEdge.Export.Tests.Fitting;

public sealed class RowRaceTests
{
    [Fact]
    public void A_candidate_that_can_still_reach_the_floor_is_scored_on_every_row()
    {
        int[] order = RowRace.Order(960);
        order.Order().ShouldBe(Enumerable.Range(0, 960));
        RowRace.Order(960).ShouldBe(order, "all candidates are asked the same rows first");
        var asked = new List<int>();
        (double accuracy, int rows) = RowRace.Run(order, floor: 0.88, some =>
        {
            asked.AddRange(some);
            return some.Count(row => row % 8 != 0);
        });
        (accuracy, rows).ShouldBe((0.875, 960));
        asked.ShouldBe(order);
    }

    [Fact]
    public void A_hopeless_candidate_is_given_up_after_the_first_part()
    {
        (double accuracy, int rows) = RowRace.Run(RowRace.Order(960), floor: 0.88, some => some.Length / 2);
        rows.ShouldBe(120);
        accuracy.ShouldBe(0.5);
    }

    [Fact]
    public void Few_rows_are_all_asked() => RowRace.Run(RowRace.Order(100), floor: 1, _ => 0).ShouldBe((0.0, 100));

    [Theory]
    [InlineData(0, 120, 960, 0.05, true)]
    [InlineData(0, 120, 960, 0.01, false)]
    [InlineData(120, 120, 960, 0.99, false)]
    [InlineData(100, 120, 960, 0.88, false)]
    [InlineData(90, 120, 960, 0.88, true)]
    public void Only_what_chance_cannot_explain_is_out_of_reach(int correct, int done, int all, double floor, bool expected) =>
        RowRace.OutOfReach(correct, done, all, floor).ShouldBe(expected);
}
