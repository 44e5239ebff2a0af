using SlmEdge.Bundles.Drift;

namespace SlmEdge.Bundles.Tests.Drift;

/// <summary>Decided texts of three labels, drawn with a seed; token 7 and 300 stand for no known character.</summary>
internal static class Texts
{
    public static DriftReference Reference(int rows = 200) => DriftReferenceBuilder.Create(
        [.. Draw(new Random(1), rows)], 3, [300, 7], new DriftOptions { Simulations = 100, StretchTexts = 2000 });

    public static DriftReference AnswerReference() => DriftReferenceBuilder.Create([.. Answers(new Random(1), 200)], [300, 7], new DriftOptions { Simulations = 100, StretchTexts = 2000 });

    /// <summary>Answered texts, of which one in twenty is cut off.</summary>
    public static IEnumerable<DriftAnswer> Answers(Random random, int count, double unfinished = 0.05, int longer = 0) =>
        Draw(random, count).Select(row => random.NextDouble() < unfinished ? new DriftAnswer(row.Tokens, null, true) : new DriftAnswer(row.Tokens, 5 + longer + random.Next(20)));

    /// <param name="random">The source.</param>
    /// <param name="count">How many.</param>
    /// <param name="first">The lowest token.</param>
    /// <param name="firstLabel">Share of the first label, beside which the others are equal.</param>
    public static IEnumerable<DriftRow> Draw(Random random, int count, int first = 1000, double firstLabel = 1.0 / 3)
    {
        for (int i = 0; i < count; i++)
        {
            int label = random.NextDouble() < firstLabel ? 0 : 1 + random.Next(2);
            double confidence = 0.5 + (random.NextDouble() / 2);
            yield return new DriftRow(label, confidence, random.NextDouble() < confidence, [.. Enumerable.Range(0, 3 + random.Next(40)).Select(_ => first + random.Next(200))]);
        }
    }
}
