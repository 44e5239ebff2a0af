using SlmEdge.Worker.Updates;

namespace SlmEdge.Worker.Tests.Updates;

public sealed class TrialVerdictTests
{
    private static readonly TrialOptions Limits = new();

    [Fact]
    public void Few_samples_are_no_reason()
    {
        TrialVerdict.ReasonAgainst(Figures(1000, 0, 0, 10), Figures(TrialVerdict.FewestSamples - 10, 9, 20, 1000), Limits).ShouldBeNull();
    }

    [Fact]
    public void Each_limit_that_is_passed_is_named()
    {
        var before = Figures(1000, 0, 50, 10);
        TrialVerdict.ReasonAgainst(before, Figures(400, 100, 20, 10), Limits)!.ShouldContain("failed");
        TrialVerdict.ReasonAgainst(before, Figures(500, 0, 250, 10), Limits)!.ShouldContain("abstentions");
        TrialVerdict.ReasonAgainst(before, Figures(500, 0, 25, 30), Limits)!.ShouldContain("95th percentile");
        TrialVerdict.ReasonAgainst(before, Figures(500, 0, 25, 15), Limits).ShouldBeNull();
    }

    [Fact]
    public void A_version_after_none_is_judged_by_its_errors_alone()
    {
        TrialVerdict.ReasonAgainst(new AnswerFigures(), Figures(500, 0, 500, 1000), Limits).ShouldBeNull();
        TrialVerdict.ReasonAgainst(new AnswerFigures(), Figures(400, 100, 0, 10), Limits)!.ShouldContain("failed");
    }

    [Fact]
    public void Chance_alone_sends_back_at_most_one_version_in_a_hundred_even_with_limits_of_nothing()
    {
        const int Trials = 1000;
        var limits = Limits with { MaxErrorRise = 0, MaxAbstentionRise = 0, MaxLatencyFactor = 1 };
        var random = new Random(7);
        var sentBack = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            var before = new AnswerFigures();
            Answer(before, 1000);
            var after = new AnswerFigures();
            for (var look = 0; look < TrialVerdict.Looks; look++)
            {
                Answer(after, 100);
                if (TrialVerdict.ReasonAgainst(before, after, limits) is not null)
                {
                    sentBack++;
                    break;
                }
            }
        }

        sentBack.ShouldBeLessThanOrEqualTo(Trials / 100);

        void Answer(AnswerFigures figures, int times)
        {
            for (var i = 0; i < times; i++)
            {
                if (random.NextDouble() < 0.02)
                {
                    figures.Errors++;
                    continue;
                }

                figures.Answers++;
                figures.Decisions++;
                figures.Abstentions += random.NextDouble() < 0.1 ? 1 : 0;
                figures.AddLatency(TimeSpan.FromMilliseconds(-10 * Math.Log(1 - random.NextDouble())));
            }
        }
    }

    [Fact]
    public void Percentiles_are_those_of_the_latencies_within_the_width_of_a_bucket()
    {
        var figures = new AnswerFigures();
        for (var i = 1; i <= 1000; i++)
        {
            figures.AddLatency(TimeSpan.FromMilliseconds(i));
        }

        figures.P95!.Value.ShouldBeInRange(950 / 1.05, 950 * 1.05);
        figures.LatencyAt(1)!.Value.ShouldBeInRange(1 / 1.05, 1.05);
        figures.LatencyAt(1001).ShouldBeNull();
    }

    private static AnswerFigures Figures(int answers, int errors, int abstentions, double milliseconds)
    {
        var figures = new AnswerFigures { Answers = answers, Errors = errors, Decisions = answers, Abstentions = abstentions };
        for (var i = 0; i < answers; i++)
        {
            figures.AddLatency(TimeSpan.FromMilliseconds(milliseconds));
        }

        return figures;
    }
}
