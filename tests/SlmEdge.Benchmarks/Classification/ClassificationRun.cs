using System.Numerics.Tensors;
using SlmEdge.Engines;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Benchmarks.Classification;

/// <summary>The two ways in which an engine decides all texts, and what each decided.</summary>
internal static class ClassificationRun
{
    /// <summary>The prefix once, texts batched behind it.</summary>
    public static int[] Shared(IEngine engine, int[] prefix, int[][] texts, LabelTrie labels)
    {
        var scores = new float[texts.Length * labels.LabelCount];
        engine.ScoreLabels(prefix, texts, labels, scores);
        return [.. Enumerable.Range(0, texts.Length).Select(i => Decide(scores.AsSpan(i * labels.LabelCount, labels.LabelCount)))];
    }

    /// <summary>One text after the other, prefix and text evaluated as one new sequence, logits of its last token.</summary>
    public static int[] OneByOne(IEngine engine, int[] prefix, int[][] texts, LabelTrie labels)
    {
        var scores = new float[labels.LabelCount];
        var decided = new int[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            // Without a prefix the engine has nothing to keep from one text to the next.
            engine.ScoreLabels([], [[.. prefix, .. texts[i]]], labels, scores);
            decided[i] = Decide(scores);
        }

        return decided;
    }

    /// <summary>Decisions that differ.</summary>
    public static int Differences(int[] some, int[] others) => some.Zip(others).Count(pair => pair.First != pair.Second);

    private static int Decide(ReadOnlySpan<float> scores) => TensorPrimitives.IndexOfMax(scores);
}
