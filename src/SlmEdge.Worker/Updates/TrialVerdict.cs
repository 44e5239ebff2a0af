using System.Globalization;

namespace SlmEdge.Worker.Updates;

/// <summary>Compares a version with the one before. What chance may explain is no reason to go back.</summary>
/// <remarks>
/// Rates: the lower limit of the difference of two proportions, method 10 of Newcombe (Statistics in Medicine 17, 1998, 873–890) from Wilson's intervals. The 95th percentile:
/// limits by the order of the latencies (a binomial count of those below it, in its normal approximation; David and Nagaraja, Order Statistics, section 7.1). A trial looks ten
/// times at three figures: with the one-sided level of 1/3000 for each, chance alone sends back at most one version in a hundred that answers independent requests as before.
/// </remarks>
internal static class TrialVerdict
{
    /// <summary>How often a trial looks.</summary>
    public const int Looks = 10;

    /// <summary>Fewest samples on either side that are compared.</summary>
    public const int FewestSamples = 50;

    private const double Z = 3.403;

    /// <summary>Why to go back, in a sentence; null while there is no reason.</summary>
    public static string? ReasonAgainst(AnswerFigures before, AnswerFigures after, TrialOptions limits)
    {
        if (after.Answers + after.Errors >= FewestSamples)
        {
            // Without any answers of the version before, it counts as one that never failed.
            var failed = Rise(before.Errors, before.Answers + before.Errors, after.Errors, after.Answers + after.Errors);
            if (failed > limits.MaxErrorRise)
            {
                return Text($"{after.Errors} of {after.Answers + after.Errors} requests failed, {before.Errors} of {before.Answers + before.Errors} before: more by at least {failed:P1}, allowed are {limits.MaxErrorRise:P1}.");
            }
        }

        if (before.Decisions >= FewestSamples && after.Decisions >= FewestSamples)
        {
            var abstained = Rise(before.Abstentions, before.Decisions, after.Abstentions, after.Decisions);
            if (abstained > limits.MaxAbstentionRise)
            {
                return Text($"{after.Abstentions} of {after.Decisions} decisions were abstentions, {before.Abstentions} of {before.Decisions} before: more by at least {abstained:P1}, allowed are {limits.MaxAbstentionRise:P1}.");
            }
        }

        if (before.Timed >= FewestSamples && after.Timed >= FewestSamples && P95Limit(after, -1) is { } least && P95Limit(before, 1) is { } most && least > limits.MaxLatencyFactor * most)
        {
            return Text($"The 95th percentile of the latency is at least {least:0.0} ms and was at most {most:0.0} ms before; {limits.MaxLatencyFactor:0.0} times that is allowed.");
        }

        return null;
    }

    private static double Rise(long k1, long n1, long k2, long n2)
    {
        var (_, p1, upper1) = Wilson(k1, n1);
        var (lower2, p2, _) = Wilson(k2, n2);
        return p2 - p1 - Math.Sqrt(Square(p2 - lower2) + Square(upper1 - p1));
    }

    private static (double Lower, double P, double Upper) Wilson(long k, long n)
    {
        if (n == 0)
        {
            return default;
        }

        var p = (double)k / n;
        var middle = p + (Z * Z / (2 * n));
        var half = Z * Math.Sqrt((p * (1 - p) / n) + (Z * Z / (4.0 * n * n)));
        var scale = 1 + (Z * Z / n);
        return ((middle - half) / scale, p, (middle + half) / scale);
    }

    // Null where no answer is slow enough to be the limit: then nothing can be said.
    private static double? P95Limit(AnswerFigures figures, int side)
    {
        var n = figures.Timed;
        var rank = (0.95 * n) + (side * Z * Math.Sqrt(n * 0.95 * 0.05));
        return figures.LatencyAt((long)(side < 0 ? Math.Max(1, Math.Floor(rank)) : Math.Ceiling(rank)));
    }

    private static double Square(double value) => value * value;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
