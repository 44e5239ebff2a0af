using SlmEdge.Engines.LlamaCpp.Evaluation;
using SlmEdge.Engines.LlamaCpp.Native;
using SlmEdge.Engines.Sequences;

namespace SlmEdge.Engines.LlamaCpp.Sequences;

/// <summary>The sequences of a llama.cpp context: one memory for all of them, in which a copy only marks cells.</summary>
/// <remarks>
/// In the repeatable mode every token is computed by the same kernels in the same order, whatever it is evaluated with. ggml's kernels of
/// repacked weights take columns four at a time and the rest one by one, llamafile's take two or more, so tokens and outputs are filled up
/// to a multiple of four. Fused attention walks the cells in their order, skipping those of others, if there are fewer than 64 tokens and
/// more than one; so no evaluation has more, and a sequence's cells have to lie in the order of its tokens.
/// </remarks>
internal sealed class LlamaSequences : ISequenceEngine
{
    private const int RowGroup = 4;
    internal const int RepeatableTokens = 60;

    private readonly LlamaEvaluator evaluator;
    private readonly CellTable table;
    private readonly Stack<int> free = new();
    private readonly List<int> givenBack = [];
    private readonly int fillSequence;
    private readonly bool[] inOrder;
    private readonly AdapterSwitch adapters;
    private readonly Action closed;
    private bool disposed;

    internal LlamaSequences(LlamaEvaluator evaluator, AdapterSwitch adapters, int contextLength, int cellCount, bool repeatable, Action closed)
    {
        this.evaluator = evaluator;
        this.adapters = adapters;
        this.closed = closed;
        ContextLength = contextLength;
        CellCount = cellCount;
        IsRepeatable = repeatable;
        fillSequence = evaluator.SequenceLimit - 1;
        SequenceCount = repeatable ? fillSequence : evaluator.SequenceLimit;
        inOrder = new bool[evaluator.SequenceLimit];
        table = new CellTable(cellCount, evaluator.SequenceLimit, Math.Max(contextLength, cellCount));
        var most = repeatable ? Math.Min(RepeatableTokens, evaluator.Batch.Capacity) : evaluator.Batch.Capacity;
        if (repeatable && most < RowGroup)
        {
            throw new EngineException($"The repeatable mode evaluates {RowGroup} tokens at least, BatchTokens is {most}; raise it.");
        }

        BatchTokens = repeatable ? most / RowGroup * RowGroup : most;
        BatchOutputs = Math.Min(BatchTokens, evaluator.MaxOutputs);
        if (repeatable)
        {
            BatchOutputs = Math.Max(1, BatchOutputs / RowGroup * RowGroup);
        }

        Clear();
    }

    public int VocabularySize => evaluator.VocabularySize;

    public int ContextLength { get; }

    public int CellCount { get; }

    // Less what an evaluation may be filled up with.
    public int FreeCells => IsRepeatable ? Math.Max(0, table.FreeCells - RowGroup + 1) : table.FreeCells;

    public bool SharesCells => true;

    public int SequenceCount { get; }

    public int FreeSequences => free.Count;

    public int BatchTokens { get; }

    public int BatchOutputs { get; }

    public bool IsRepeatable { get; }

    public bool Splits => true;

    public bool SupportsAdapters => true;

    public bool PrefersWholePrompt(int prefixTokens, int textTokens) => false;

    public void LoadAdapter(string key, string path)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        adapters.Load(key, path);
    }

    public void UnloadAdapter(string key) => adapters.Unload(key);

    public int Allocate(bool repeats)
    {
        if (!free.TryPop(out var sequence))
        {
            throw new EngineException($"All {SequenceCount} sequences are in use.");
        }

        inOrder[sequence] = repeats && IsRepeatable;
        return sequence;
    }

    public int GetLength(int sequence) => table.GetLength(sequence);

    public void CopyPrefix(int source, int destination, int length)
    {
        if (length == 0)
        {
            return;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, table.GetLength(source));
        ArgumentOutOfRangeException.ThrowIfNotEqual(table.GetLength(destination), 0, nameof(destination));
        evaluator.CopySequence(source, destination, length);
        table.CopyPrefix(source, destination, length);
    }

    public void Truncate(int sequence, int length)
    {
        if (length < table.GetLength(sequence))
        {
            if (!evaluator.TruncateSequence(sequence, length))
            {
                throw new EngineException($"llama.cpp cannot shorten a sequence to {length} tokens in this model's memory.");
            }

            table.Truncate(sequence, length);
        }
    }

    public void Free(int sequence)
    {
        givenBack.Add(sequence);
        if (!IsRepeatable)
        {
            Settle();
        }
    }

    public void Settle()
    {
        foreach (var sequence in givenBack)
        {
            Remove(sequence);
            free.Push(sequence);
        }

        givenBack.Clear();
        if (IsRepeatable)
        {
            // Cells that fill up a kept prefix stay: freed, they would lie before it and its texts would come to lie there.
            Truncate(fillSequence, table.CountNotBehind(fillSequence));
        }
    }

    public bool IsDisplaced(int sequence) => IsRepeatable && table.IsDisplaced(sequence);

    public void Evaluate(SequenceBatch batch, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        adapters.Use(batch.AdapterKey);
        var count = batch.Count;
        var (fill, extraOutputs) = IsRepeatable ? Fill(count, batch.OutputCount) : (0, 0);
        if (count + fill > BatchTokens || batch.OutputCount + extraOutputs > evaluator.MaxOutputs)
        {
            throw new EngineException($"One evaluation takes {BatchTokens} tokens with {BatchOutputs} outputs, not {count} with {batch.OutputCount}.");
        }

        if (count + fill > table.FreeCells)
        {
            throw new EngineException($"The key-value memory has {table.FreeCells} of {CellCount} cells free, {count + fill} are needed.");
        }

        for (var i = 0; i < count; i++)
        {
            // Which further outputs are computed does not matter, only how many.
            var output = batch.Outputs[i];
            if (!output && extraOutputs > fill)
            {
                output = true;
                extraOutputs--;
            }

            Append(batch.Tokens[i], batch.Sequences[i], output);
        }

        for (var i = 0; i < fill; i++)
        {
            Append(batch.Tokens[0], fillSequence, extraOutputs-- > 0);
        }

        evaluator.Evaluate(ct);
    }

    public ReadOnlySpan<float> GetLogits(int index) => evaluator.GetLogits(index);

    public void Clear()
    {
        evaluator.Reset();
        table.Clear();
        givenBack.Clear();
        free.Clear();
        for (var sequence = SequenceCount - 1; sequence >= 0; sequence--)
        {
            free.Push(sequence);
        }
    }

    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            adapters.Dispose();
            closed();
        }
    }

    private static (int Tokens, int Outputs) Fill(int tokens, int outputs) =>
        ((RowGroup - (tokens % RowGroup)) % RowGroup, (RowGroup - (outputs % RowGroup)) % RowGroup);

    private void Append(int token, int sequence, bool output)
    {
        evaluator.Batch.Add(token, table.GetLength(sequence), sequence, 1, output);
        if (!table.Append(sequence) && inOrder[sequence])
        {
            evaluator.Batch.Clear();
            throw new EngineException("A sequence was continued before its beginning in the memory, where its bits would not repeat; settle the memory only between sequences.");
        }
    }

    private void Remove(int sequence)
    {
        if (table.GetLength(sequence) > 0)
        {
            evaluator.RemoveSequence(sequence);
            table.Truncate(sequence, 0);
        }
    }
}
