namespace SlmEdge.Engines.Sequences;

/// <summary>
/// A model with numbered sequences in one key-value memory: what a scheduler feeds. One evaluation carries tokens of many sequences.
/// Not safe for several threads: one loop owns it.
/// </summary>
public interface ISequenceEngine : IDisposable
{
    /// <summary>Number of token ids; the length of one row of logits.</summary>
    int VocabularySize { get; }

    /// <summary>The longest sequence.</summary>
    int ContextLength { get; }

    /// <summary>Tokens that the memory holds, those of all sequences together; what sequences share counts once where <see cref="SharesCells"/>.</summary>
    int CellCount { get; }

    /// <summary>Cells that hold nothing.</summary>
    int FreeCells { get; }

    /// <summary>Whether a copy of a sequence takes no cells; otherwise it takes those of the whole as soon as it is continued.</summary>
    bool SharesCells { get; }

    /// <summary>Sequences that there may be at once.</summary>
    int SequenceCount { get; }

    /// <summary>Sequences that can still be allocated.</summary>
    int FreeSequences { get; }

    /// <summary>Tokens of one evaluation that belong together best: the budget a scheduler fills. Where <see cref="Splits"/>, also the limit.</summary>
    int BatchTokens { get; }

    /// <summary>Outputs of one evaluation at most.</summary>
    int BatchOutputs { get; }

    /// <summary>
    /// Whether a sequence's logits are the same bits whatever else is evaluated, has been evaluated or is kept. It holds for sequences
    /// that are not <see cref="IsDisplaced"/> and whose memory is not settled while they are under way.
    /// </summary>
    bool IsRepeatable { get; }

    /// <summary>Whether tokens of one sequence may be given over several evaluations as they come; otherwise, where <see cref="IsRepeatable"/>, the same split has to be kept.</summary>
    bool Splits { get; }

    /// <summary>Whether a prefix and its text are better evaluated as one sequence from the start than the text behind the kept prefix.</summary>
    /// <param name="prefixTokens">Tokens of the prefix.</param>
    /// <param name="textTokens">Tokens of the text.</param>
    bool PrefersWholePrompt(int prefixTokens, int textTokens);

    /// <summary>Gives an empty sequence.</summary>
    /// <param name="repeats">Whether its bits have to repeat, where the engine <see cref="IsRepeatable"/>; such a sequence may only begin as another such.</param>
    /// <exception cref="EngineException">All sequences are in use.</exception>
    int Allocate(bool repeats);

    /// <summary>Tokens of a sequence.</summary>
    int GetLength(int sequence);

    /// <summary>Lets an empty sequence begin with the first tokens of another.</summary>
    /// <param name="source">The other sequence; it stays as it is.</param>
    /// <param name="destination">The empty sequence.</param>
    /// <param name="length">How many tokens.</param>
    void CopyPrefix(int source, int destination, int length);

    /// <summary>Removes the tokens behind the first <paramref name="length"/>.</summary>
    void Truncate(int sequence, int length);

    /// <summary>Gives a sequence back. In the repeatable mode its cells become free with the next <see cref="Settle"/>.</summary>
    void Free(int sequence);

    /// <summary>Appends the batch's tokens to their sequences and computes the logits that it asks for.</summary>
    /// <param name="batch">The tokens; those of one sequence stand side by side.</param>
    /// <param name="ct">Stops between two native evaluations.</param>
    /// <exception cref="EngineException">There is no room, or the native evaluation failed; the memory has to be cleared then.</exception>
    void Evaluate(SequenceBatch batch, CancellationToken ct);

    /// <summary>The logits after a token of the last batch, valid until the next evaluation.</summary>
    /// <param name="index">What <see cref="SequenceBatch.Add(int, int, bool)"/> returned.</param>
    ReadOnlySpan<float> GetLogits(int index);

    /// <summary>Really frees what was given back. To be called while no sequence is under way whose bits have to repeat.</summary>
    void Settle();

    /// <summary>Whether what follows this sequence would come to lie before it, where its bits would not repeat: evaluate it anew.</summary>
    bool IsDisplaced(int sequence);

    /// <summary>Gives all sequences back and empties the memory; adapters stay loaded.</summary>
    void Clear();

    /// <summary>Whether adapters can be loaded beside the model.</summary>
    bool SupportsAdapters { get; }

    /// <summary>Loads a LoRA adapter, which evaluations name by <see cref="SequenceBatch.AdapterKey"/> from then on.</summary>
    /// <param name="key">What it is called here; a key that was never used before, so that nothing evaluated with another adapter is taken for its own.</param>
    /// <param name="path">A GGUF file that managed code has checked against the model.</param>
    /// <exception cref="EngineException">The engine has no adapters, the key is in use, or the file does not load.</exception>
    void LoadAdapter(string key, string path);

    /// <summary>Frees an adapter. Its sequences may not be continued, nor may others begin with them.</summary>
    /// <param name="key">What it was loaded as; a key that is not loaded is passed over.</param>
    void UnloadAdapter(string key);
}
