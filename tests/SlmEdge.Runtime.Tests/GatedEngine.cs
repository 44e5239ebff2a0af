using SlmEdge.Engines;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Tests;

/// <summary>
/// Stands for an engine at moments that a real one cannot be brought to: in the middle of an evaluation for as long as a test
/// wants, or failing on one text.
/// </summary>
internal sealed class GatedEngine : IEngine
{
    /// <summary>The first token of a text that cannot be evaluated.</summary>
    public const int Poison = 666;

    private readonly SemaphoreSlim gate = new(0);
    private readonly SemaphoreSlim entered = new(0);

    public List<int> BatchSizes { get; } = [];

    public EngineInfo Info { get; } = new("gated", "0", "", "", 1, false, null);

    public int VocabularySize => 1000;

    public int ContextLength => 1000;

    /// <summary>Lets so many evaluations go on.</summary>
    public void Open(int evaluations) => gate.Release(evaluations);

    /// <summary>Completes when an evaluation has begun.</summary>
    public Task EnteredAsync() => entered.WaitAsync();

    public void ScoreLabels(ReadOnlySpan<int> prefix, IReadOnlyList<int[]> texts, LabelTrie labels, Span<float> logProbs, CancellationToken ct = default)
    {
        BatchSizes.Add(texts.Count);
        entered.Release();
        gate.Wait(ct);
        for (var i = 0; i < texts.Count; i++)
        {
            if (texts[i][0] == Poison)
            {
                throw new EngineException("this text cannot be evaluated");
            }

            for (var label = 0; label < labels.LabelCount; label++)
            {
                logProbs[(i * labels.LabelCount) + label] = -texts[i][0] - label;
            }
        }
    }

    public float[] EvaluateLogits(ReadOnlySpan<int> tokens) => throw new NotSupportedException();

    public int[] GenerateGreedy(ReadOnlySpan<int> prompt, int maxTokens, CancellationToken ct = default) => throw new NotSupportedException();

    public void Dispose()
    {
        gate.Dispose();
        entered.Dispose();
    }
}
