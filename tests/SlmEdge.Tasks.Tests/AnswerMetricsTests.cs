using Shouldly;
using SlmEdge.Tasks.Metrics;
using Xunit;

namespace SlmEdge.Tasks.Tests;

public sealed class AnswerMetricsTests
{
    /// <summary>The first two pairs and their value are the worked example of Lin 2004, section 3.</summary>
    [Theory]
    [InlineData("police killed the gunman", "police kill the gunman", 0.75)]
    [InlineData("police killed the gunman", "the gunman kill police", 0.5)]
    [InlineData("Hydraulic pump leaks.", "hydraulic   PUMP leaks", 1.0)]
    [InlineData("yağ kaçağı", "motor yağ kaçağı", 0.8)]
    [InlineData("a b", "", 0.0)]
    [InlineData("", "...", 1.0)]
    public void Rouge_l_is_the_f1_of_the_longest_common_subsequence(string reference, string answer, double expected) =>
        RougeL.Score(reference, answer).ShouldBe(expected, 1e-12);

    [Fact]
    public void Json_fields_count_by_path_and_value_whatever_the_order()
    {
        var scores = JsonFieldScores.Compute(
            ["""{"part":"pump","codes":[1,2],"note":null}""", """{"part":"hose"}""", """{"part":"seal"}"""],
            ["""{"codes":[2.0,1],"note":null,"part":"pump"}""", """{"part":"belt","extra":true}""", """{"part":"se"""]);
        scores.Valid.ShouldBe(2 / 3.0, 1e-12);
        scores.Exact.ShouldBe(1 / 3.0, 1e-12);
        scores.Precision.ShouldBe(4 / 6.0, 1e-12);
        scores.Recall.ShouldBe(4 / 6.0, 1e-12);
        scores.F1.ShouldBe(8 / 12.0, 1e-12);
    }

    [Fact]
    public void A_string_is_not_the_number_it_spells() =>
        JsonFieldScores.Compute(["""{"n":1}"""], ["""{"n":"1"}"""]).F1.ShouldBe(0);

    [Fact]
    public void Json_nested_beyond_any_answer_is_invalid_and_no_crash() =>
        JsonFieldScores.IsJson(new string('[', 100_000)).ShouldBeFalse();
}
