using SlmEdge.Runtime;
using SlmEdge.Runtime.Classification;

namespace SlmEdge.Interop.Tests;

/// <summary>What the managed library answers, in the shape of the interface.</summary>
internal static class ManagedAnswers
{
    public static IReadOnlyList<Decision> Classify(SlmRuntime runtime, params string[] texts) => runtime.Classifier.ClassifyAsync(texts).GetAwaiter().GetResult();

    /// <summary>The probabilities in the order of the task.</summary>
    public static double[] Scores(Decision decision) => [.. TinyBundle.Labels.Select(label => decision.Scores.Single(score => score.Label == label).Probability)];

    public static int Place(string? label) => label is null ? -1 : Array.IndexOf(TinyBundle.Labels, label);

    /// <summary>Fails where not every bit is the same.</summary>
    public static void ShouldBeBits(this double actual, double expected) => BitConverter.DoubleToInt64Bits(actual).ShouldBe(BitConverter.DoubleToInt64Bits(expected));
}
