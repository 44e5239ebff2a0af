using SlmEdge.Engines.OnnxRuntime.Evaluation;
using SlmEdge.Engines.Sequences;

namespace SlmEdge.Engines.OnnxRuntime.Sequences;

/// <summary>
/// Sequences over a graph whose keys and values are inputs and outputs. An evaluation becomes as many runs as the graph needs: sequences
/// from their start together, single tokens together, a stretch behind kept keys and values for itself.
/// </summary>
/// <remarks>
/// In the repeatable mode every sequence has runs of its own, so that a run's shapes, and with them the order of all sums, depend on nothing
/// else; its tokens have to be given in the same pieces each time.
/// </remarks>
internal sealed class OnnxSequences : ISequenceEngine
{
    // 64 MiB: what logits, and copied keys and values, of one run may take.
    private const long MaxFloats = 16 * 1024 * 1024;
    private const int Limit = 256;
    private const int LeastCells = 16_384;

    private readonly OnnxDecoder decoder;
    private readonly int cachedPrefixTokens;
    private readonly Action closed;
    private readonly State[] states = new State[Limit];
    private readonly Stack<int> free = new();
    private readonly List<SharedStep> last = [];
    private readonly List<Piece> prompts = [];
    private readonly List<Piece> singles = [];
    private readonly float[][] past;
    private (SharedStep Step, int Row, int Position)[] outputs = [];
    private bool disposed;

    internal OnnxSequences(OnnxDecoder decoder, int contextLength, int batchTokens, int cachedPrefixTokens, bool repeatable, Action closed)
    {
        this.decoder = decoder;
        this.cachedPrefixTokens = cachedPrefixTokens;
        this.closed = closed;
        ContextLength = contextLength;
        CellCount = CellsFor(contextLength);
        FreeCells = CellCount;
        BatchTokens = TokensOfARun(decoder.Config.VocabularySize, batchTokens);
        IsRepeatable = repeatable;
        past = new float[decoder.Config.PastNames.Count][];
        Array.Fill(past, []);
        Clear();
    }

    public int VocabularySize => decoder.Config.VocabularySize;

    public int ContextLength { get; }

    public int CellCount { get; }

    public int FreeCells { get; private set; }

    public bool SharesCells => false;

    public int SequenceCount => Limit;

    public int FreeSequences => free.Count;

    public int BatchTokens { get; }

    public int BatchOutputs => BatchTokens;

    public bool IsRepeatable { get; }

    public bool Splits => !IsRepeatable;

    public bool PrefersWholePrompt(int prefixTokens, int textTokens) => prefixTokens < cachedPrefixTokens || prefixTokens <= textTokens;

    /// <summary>Cells for a context.</summary>
    internal static int CellsFor(int contextLength) => Math.Max(4 * contextLength, LeastCells);

    /// <summary>Tokens of one run: all their logits are computed.</summary>
    internal static int TokensOfARun(int vocabularySize, int batchTokens) => (int)Math.Clamp(MaxFloats / vocabularySize, 1, batchTokens);

    public int Allocate(bool repeats) =>
        free.TryPop(out var sequence) ? sequence : throw new EngineException($"All {SequenceCount} sequences are in use.");

    public int GetLength(int sequence) => states[sequence].Length;

    public void CopyPrefix(int source, int destination, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, states[source].Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(states[destination].Length, 0, nameof(destination));
        if (length > 0)
        {
            Hold(destination, states[source] with { Length = length });
        }
    }

    public void Truncate(int sequence, int length)
    {
        if (length == 0)
        {
            Hold(sequence, default);
        }
        else if (length < states[sequence].Length)
        {
            states[sequence] = states[sequence] with { Length = length };
        }
    }

    public void Free(int sequence)
    {
        Hold(sequence, default);
        free.Push(sequence);
    }

    public void Settle()
    {
    }

    public bool IsDisplaced(int sequence) => false;

    public bool SupportsAdapters => false;

    public void LoadAdapter(string key, string path) => throw new EngineException(
        $"ONNX Runtime cannot load the adapter '{path}': the graph of a model has no place for one. Use a GGUF file of the base (--engine llama), or a bundle with the adapter merged.");

    public void UnloadAdapter(string key)
    {
    }

    public void Evaluate(SequenceBatch batch, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (batch.AdapterKey is { } adapter)
        {
            throw new EngineException($"The adapter '{adapter}' is not loaded.");
        }

        ReleaseLogits();
        if (outputs.Length < batch.Count)
        {
            outputs = new (SharedStep, int, int)[batch.Capacity];
        }

        prompts.Clear();
        singles.Clear();
        for (var start = 0; start < batch.Count;)
        {
            var sequence = batch.Sequences[start];
            var count = 1;
            while (start + count < batch.Count && batch.Sequences[start + count] == sequence)
            {
                count++;
            }

            var piece = new Piece(sequence, start, count);
            if (states[sequence].Length == 0)
            {
                prompts.Add(piece);
            }
            else if (count == 1)
            {
                singles.Add(piece);
            }
            else
            {
                ct.ThrowIfCancellationRequested();
                RunStretch(batch, piece);
            }

            start += count;
        }

        RunPrompts(batch, ct);
        RunSingles(batch, ct);
    }

    public ReadOnlySpan<float> GetLogits(int index) => outputs[index].Step.Step.GetLogits(outputs[index].Row, outputs[index].Position);

    public void Clear()
    {
        for (var sequence = 0; sequence < Limit; sequence++)
        {
            Hold(sequence, default);
        }

        ReleaseLogits();
        free.Clear();
        for (var sequence = Limit - 1; sequence >= 0; sequence--)
        {
            free.Push(sequence);
        }
    }

    public void Dispose()
    {
        if (!disposed)
        {
            Clear();
            disposed = true;
            closed();
        }
    }

    private void RunPrompts(SequenceBatch batch, CancellationToken ct)
    {
        // Rows of one length need no padding. The sort must not depend on anything but the input.
        prompts.Sort(static (a, b) => a.Count != b.Count ? a.Count.CompareTo(b.Count) : a.Start.CompareTo(b.Start));
        for (var first = 0; first < prompts.Count;)
        {
            var rows = 1;
            while (!IsRepeatable && first + rows < prompts.Count && (rows + 1L) * prompts[first + rows].Count <= BatchTokens)
            {
                rows++;
            }

            var longest = prompts[first + rows - 1].Count;
            var ids = decoder.PrepareIds(rows, longest);
            var mask = decoder.PrepareMask(rows, longest);
            ids.Clear();
            mask.Clear();
            for (var row = 0; row < rows; row++)
            {
                var piece = prompts[first + row];
                Widen(batch.Tokens.Slice(piece.Start, piece.Count), ids.Slice(row * longest, piece.Count));
                mask.Slice(row * longest, piece.Count).Fill(1);
            }

            ct.ThrowIfCancellationRequested();
            Keep(decoder.RunPrompt(rows, longest), prompts, first, rows);
            first += rows;
        }
    }

    private void RunSingles(SequenceBatch batch, CancellationToken ct)
    {
        for (var first = 0; first < singles.Count;)
        {
            var rows = 0;
            var longest = 0;
            while (first + rows < singles.Count)
            {
                var grown = Math.Max(longest, states[singles[first + rows].Sequence].Length);
                if (rows > 0 && (IsRepeatable || rows == BatchTokens || (rows + 1L) * grown * decoder.TokenWidth * past.Length > MaxFloats))
                {
                    break;
                }

                longest = grown;
                rows++;
            }

            var step = WholeStep(first, rows);
            var total = (step?.Step.Total ?? longest) + 1;
            var ids = decoder.PrepareIds(rows, 1);
            var mask = decoder.PrepareMask(rows, total);
            mask.Clear();
            for (var row = 0; row < rows; row++)
            {
                var piece = singles[first + row];
                ids[row] = batch.Tokens[piece.Start];
                mask.Slice(row * total, states[piece.Sequence].Length + 1).Fill(1);
            }

            ct.ThrowIfCancellationRequested();
            if (step is null)
            {
                for (var row = 0; row < rows; row++)
                {
                    CopyPast(states[singles[first + row].Sequence], row, rows, longest);
                }
            }

            Keep(step is null ? decoder.RunBehind(past, rows, 1, longest) : decoder.RunBehind(step.Step, 1), singles, first, rows);
            first += rows;
        }
    }

    private void RunStretch(SequenceBatch batch, Piece piece)
    {
        var state = states[piece.Sequence];
        Widen(batch.Tokens.Slice(piece.Start, piece.Count), decoder.PrepareIds(1, piece.Count));
        decoder.PrepareMask(1, state.Length + piece.Count).Fill(1);
        OnnxStep step;
        if (state.Step!.Step.Batch == 1 && state.Step.Step.Total == state.Length)
        {
            step = decoder.RunBehind(state.Step.Step, piece.Count);
        }
        else
        {
            CopyPast(state, 0, 1, state.Length);
            step = decoder.RunBehind(past, 1, piece.Count, state.Length);
        }

        Keep(step, [piece], 0, 1);
    }

    /// <summary>The step whose rows are exactly these sequences, in order: it needs no copy.</summary>
    private SharedStep? WholeStep(int first, int rows)
    {
        var step = states[singles[first].Sequence].Step!;
        if (step.Step.Batch != rows || (rows == 1 && step.Step.Total != states[singles[first].Sequence].Length))
        {
            return null;
        }

        for (var row = 0; row < rows; row++)
        {
            var state = states[singles[first + row].Sequence];
            if (state.Step != step || state.Row != row)
            {
                return null;
            }
        }

        return step;
    }

    private void Keep(OnnxStep step, List<Piece> pieces, int first, int rows)
    {
        var shared = new SharedStep(step);
        last.Add(shared);
        FreeCells -= step.Batch * step.Total;
        for (var row = 0; row < rows; row++)
        {
            var piece = pieces[first + row];
            for (var i = 0; i < piece.Count; i++)
            {
                outputs[piece.Start + i] = (shared, row, i);
            }

            Hold(piece.Sequence, new State(shared, row, states[piece.Sequence].Length + piece.Count));
        }
    }

    private void Hold(int sequence, State state)
    {
        if (state.Step is not null)
        {
            state.Step.Holders++;
        }

        if (states[sequence].Step is { } old && --old.Holders == 0 && !last.Contains(old))
        {
            Release(old);
        }

        states[sequence] = state;
    }

    private void ReleaseLogits()
    {
        foreach (var step in last)
        {
            step.Step.ReleaseLogits();
            if (step.Holders == 0)
            {
                Release(step);
            }
        }

        last.Clear();
    }

    private void Release(SharedStep step)
    {
        FreeCells += step.Step.Batch * step.Step.Total;
        step.Step.Dispose();
    }

    private void CopyPast(State state, int row, int rows, int longest)
    {
        var heads = decoder.Config.KeyValueHeads;
        var headSize = decoder.Config.HeadSize;
        var from = state.Step!.Step;
        for (var i = 0; i < past.Length; i++)
        {
            var needed = rows * heads * longest * headSize;
            if (past[i].Length < needed)
            {
                // Rows that were copied already are in it.
                var larger = GC.AllocateArray<float>(needed, pinned: true);
                past[i].CopyTo(larger, 0);
                past[i] = larger;
            }

            var present = from.Present[i].GetFloats(from.Batch * heads * from.Total * headSize);
            for (var head = 0; head < heads; head++)
            {
                present.Slice(((state.Row * heads) + head) * from.Total * headSize, state.Length * headSize)
                    .CopyTo(past[i].AsSpan(((row * heads) + head) * longest * headSize));
            }
        }
    }

    private static void Widen(ReadOnlySpan<int> tokens, Span<long> target)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            target[i] = tokens[i];
        }
    }

    private readonly record struct State(SharedStep? Step, int Row, int Length);

    private readonly record struct Piece(int Sequence, int Start, int Count);
}
