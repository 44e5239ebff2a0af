using SlmEdge.Engines.LlamaCpp.Native;

namespace SlmEdge.Engines.LlamaCpp.Evaluation;

/// <summary>
/// One llama.cpp context: its batch, its key-value memory and the prefix kept in it. All sequences share one
/// ("unified") memory, so copying a sequence only marks its cells. Not safe for several threads.
/// </summary>
internal sealed unsafe class LlamaEvaluator : IDisposable
{
    /// <summary>The sequence that holds the kept prefix.</summary>
    internal const int PrefixSequence = 0;

    private readonly SafeLlamaContextHandle context;
    private readonly nint memory;
    private int[] prefix = [];

    internal LlamaEvaluator(SafeLlamaContextHandle context, int vocabularySize, int maxOutputs, int sequenceLimit)
    {
        this.context = context;
        memory = LlamaNative.llama_get_memory(context);
        VocabularySize = vocabularySize;
        MaxOutputs = maxOutputs;
        SequenceLimit = sequenceLimit;
        Batch = new TokenBatch((int)LlamaNative.llama_n_batch(context));
    }

    internal TokenBatch Batch { get; }

    internal SafeLlamaContextHandle Context => context;

    internal int VocabularySize { get; }

    /// <summary>Rows of logits that one evaluation may give; bounds the memory they take.</summary>
    internal int MaxOutputs { get; }

    /// <summary>Sequence ids are 0 to this, exclusive.</summary>
    internal int SequenceLimit { get; }

    /// <summary>Evaluates the batch and empties it. Logits stay readable until the next evaluation.</summary>
    internal void Evaluate(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        LlamaLog.Clear();
        var status = Batch.Decode(context);
        var count = Batch.Count;
        Batch.Clear();
        if (status != 0)
        {
            throw new EngineException(
                status == 1
                    ? $"llama.cpp found no room in the key-value memory for {count} tokens.{LlamaLog.Describe()}"
                    : $"llama.cpp failed to evaluate {count} tokens (status {status}).{LlamaLog.Describe()}");
        }
    }

    /// <summary>The logits of a token of the last batch.</summary>
    /// <param name="index">What <see cref="TokenBatch.Add"/> returned.</param>
    internal ReadOnlySpan<float> GetLogits(int index)
    {
        var row = LlamaNative.llama_get_logits_ith(context, index);
        return row != null
            ? new ReadOnlySpan<float>(row, VocabularySize)
            : throw new EngineException($"llama.cpp has no logits for token {index} of the batch.{LlamaLog.Describe()}");
    }

    /// <summary>The last hidden state of a token of the last batch.</summary>
    /// <param name="index">What <see cref="TokenBatch.Add"/> returned.</param>
    /// <param name="dimensions">The model's output width.</param>
    internal ReadOnlySpan<float> GetEmbedding(int index, int dimensions)
    {
        var row = LlamaNative.llama_get_embeddings_ith(context, index);
        return row != null
            ? new ReadOnlySpan<float>(row, dimensions)
            : throw new EngineException($"llama.cpp has no hidden state for token {index} of the batch.{LlamaLog.Describe()}");
    }

    /// <summary>Marks the cells of one sequence as belonging to another too.</summary>
    internal void CopySequence(int source, int destination) =>
        LlamaNative.llama_memory_seq_cp(memory, source, destination, -1, -1);

    /// <summary>Marks the first cells of one sequence as belonging to another too.</summary>
    internal void CopySequence(int source, int destination, int length) =>
        LlamaNative.llama_memory_seq_cp(memory, source, destination, 0, length);

    /// <summary>Removes what follows the first tokens of a sequence.</summary>
    /// <returns>False when the memory cannot do that in part.</returns>
    internal bool TruncateSequence(int sequence, int length) => LlamaNative.llama_memory_seq_rm(memory, sequence, length, -1);

    /// <summary>Frees the cells that belong to no other sequence.</summary>
    internal void RemoveSequence(int sequence) => LlamaNative.llama_memory_seq_rm(memory, sequence, -1, -1);

    /// <summary>
    /// Adds tokens to a sequence, evaluating full batches on the way. What remains in the batch is for the caller to evaluate.
    /// </summary>
    /// <returns>The index of the last token in the batch.</returns>
    internal int Append(ReadOnlySpan<int> tokens, int position, int sequence, bool outputLast, CancellationToken ct)
    {
        var index = -1;
        for (var i = 0; i < tokens.Length; i++)
        {
            if (Batch.Free == 0)
            {
                Evaluate(ct);
            }

            index = Batch.Add(tokens[i], position + i, sequence, 1, outputLast && i == tokens.Length - 1);
        }

        return index;
    }

    /// <summary>Makes <see cref="PrefixSequence"/> hold exactly these tokens; what is there already is not evaluated again.</summary>
    internal void KeepPrefix(ReadOnlySpan<int> tokens, CancellationToken ct)
    {
        var common = tokens.CommonPrefixLength(prefix);
        if (common == prefix.Length && common == tokens.Length)
        {
            return;
        }

        // Unknown until the evaluation has succeeded.
        var kept = prefix;
        prefix = [];
        if (common < kept.Length && !LlamaNative.llama_memory_seq_rm(memory, PrefixSequence, common, -1))
        {
            RemoveSequence(PrefixSequence);
            common = 0;
        }

        if (common < tokens.Length)
        {
            Append(tokens[common..], common, PrefixSequence, outputLast: false, ct);
            Evaluate(ct);
        }

        prefix = tokens.ToArray();
    }

    /// <summary>Empties the memory; the state after a failure is not known otherwise.</summary>
    internal void Reset()
    {
        Batch.Clear();
        prefix = [];
        LlamaNative.llama_memory_clear(memory, data: false);
    }

    public void Dispose() => context.Dispose();
}
