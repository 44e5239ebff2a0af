using SlmEdge.Training.Packing;

namespace SlmEdge.Training.Tests.Packing;

public sealed class SharedPrefixesTests
{
    [Fact]
    public void Each_common_beginning_gets_its_own_group()
    {
        var groups = SharedPrefixes.Find([Sequence(1, 60, 100), Sequence(2, 50, 101), Sequence(1, 60, 102), Sequence(2, 50, 103), [7, 8]]);
        groups.Select(g => (g.PrefixLength, string.Join(',', g.Members))).ShouldBe([(60, "0,2"), (50, "1,3"), (0, "4")]);
    }

    [Fact]
    public void A_longer_beginning_shared_by_some_wins_over_a_short_one_shared_by_all_where_it_saves_more()
    {
        int[][] sequences = [Nested(200, 1), Nested(200, 2), Nested(20, 3), Nested(20, 4)];
        SharedPrefixes.Find(sequences).ShouldContain(g => g.PrefixLength == 200 && g.Members.SequenceEqual(new[] { 0, 1 }));
    }

    [Fact]
    public void A_beginning_that_saves_little_is_not_shared() =>
        SharedPrefixes.Find([[1, 2, 3, 4], [1, 2, 3, 5], [1, 2, 3, 6]]).ShouldAllBe(g => g.PrefixLength == 0 && g.Members.Length == 1);

    [Fact]
    public void Equal_sequences_are_computed_once()
    {
        var pack = PackedSequences.WithSharedPrefixes([Sequence(1, 50, 2), Sequence(1, 50, 2), Sequence(1, 50, 2)]);
        pack.TokenCount.ShouldBe(51);
        Enumerable.Range(0, 3).Select(i => pack.RowOf(i, 50)).ShouldAllBe(row => row == 50);
    }

    [Fact]
    public void Positions_go_on_from_the_end_of_the_prefix()
    {
        int[][] sequences = [Sequence(1, 50, 2), [.. Sequence(1, 50, 3), 4]];
        var pack = PackedSequences.WithSharedPrefixes(sequences);
        pack.TokenCount.ShouldBe(53);
        for (var i = 0; i < sequences.Length; i++)
        {
            for (var t = 0; t < sequences[i].Length; t++)
            {
                pack.Tokens[pack.RowOf(i, t)].ShouldBe(sequences[i][t]);
                pack.Positions[pack.RowOf(i, t)].ShouldBe(t);
            }
        }
    }

    private static int[] Sequence(int token, int length, int last) => [.. Enumerable.Repeat(token, length), last];

    private static int[] Nested(int shared, int last) => [.. Enumerable.Range(0, shared), 1000 + last];
}
