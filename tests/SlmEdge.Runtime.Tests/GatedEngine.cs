using SlmEdge.Engines;
using SlmEdge.Engines.Sequences;

namespace SlmEdge.Runtime.Tests;

/// <summary>
/// Stands for an engine at moments that a real one cannot be brought to: in the middle of an evaluation for as long as a test
/// wants, or failing on one text.
/// </summary>
internal sealed class GatedEngine : ISequenceEngine
{
    /// <summary>A token that cannot be evaluated.</summary>
    public const int Poison = 666;

    private readonly SemaphoreSlim gate = new(0);
    private readonly SemaphoreSlim entered = new(0);
    private readonly float[] logits = new float[1000];
    private readonly List<int>?[] sequences = new List<int>?[64];

    /// <summary>The token that is likelier than all others, which are alike.</summary>
    public int Favoured
    {
        init => logits[value] = 1;
    }

    /// <summary>The tokens of each evaluation.</summary>
    public List<int[]> Batches { get; } = [];

    public int VocabularySize => 1000;

    public int ContextLength => 1000;

    public int CellCount => 4000;

    public int FreeCells => CellCount - sequences.Sum(sequence => sequence?.Count ?? 0);

    public bool SharesCells => true;

    public int SequenceCount => sequences.Length;

    public int FreeSequences => sequences.Count(sequence => sequence is null);

    public int BatchTokens { get; init; } = 100;

    public int BatchOutputs => BatchTokens;

    public bool IsRepeatable => false;

    public bool Splits => true;

    /// <summary>Lets so many evaluations go on.</summary>
    public void Open(int evaluations) => gate.Release(evaluations);

    /// <summary>Completes when an evaluation has begun.</summary>
    public Task EnteredAsync() => entered.WaitAsync();

    public bool SupportsAdapters => true;

    /// <summary>The adapter of each evaluation.</summary>
    public List<string?> Adapters { get; } = [];

    /// <summary>The adapters that are loaded.</summary>
    public HashSet<string> Loaded { get; } = [];

    public void LoadAdapter(string key, string path) => Loaded.Add(key);

    public void UnloadAdapter(string key) => Loaded.Remove(key);

    public bool PrefersWholePrompt(int prefixTokens, int textTokens) => false;

    public int Allocate(bool repeats)
    {
        var free = Array.IndexOf(sequences, null);
        sequences[free] = [];
        return free;
    }

    public int GetLength(int sequence) => sequences[sequence]!.Count;

    public void CopyPrefix(int source, int destination, int length) => sequences[destination]!.AddRange(sequences[source]!.Take(length));

    public void Truncate(int sequence, int length) => sequences[sequence]!.RemoveRange(length, sequences[sequence]!.Count - length);

    public void Free(int sequence) => sequences[sequence] = null;

    public void Evaluate(SequenceBatch batch, CancellationToken ct)
    {
        Batches.Add(batch.Tokens.ToArray());
        Adapters.Add(batch.AdapterKey);
        entered.Release();
        gate.Wait(ct);
        if (batch.Tokens.Contains(Poison))
        {
            throw new EngineException("this text cannot be evaluated");
        }

        for (var i = 0; i < batch.Count; i++)
        {
            sequences[batch.Sequences[i]]!.Add(batch.Tokens[i]);
        }
    }

    public ReadOnlySpan<float> GetLogits(int index) => logits;

    public void Settle()
    {
    }

    public bool IsDisplaced(int sequence) => false;

    public void Clear() => Array.Clear(sequences);

    public void Dispose()
    {
        gate.Dispose();
        entered.Dispose();
    }
}
