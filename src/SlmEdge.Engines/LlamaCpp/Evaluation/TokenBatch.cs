using SlmEdge.Engines.LlamaCpp.Native;

namespace SlmEdge.Engines.LlamaCpp.Evaluation;

/// <summary>
/// The tokens of one call of <c>llama_decode</c>, in pinned arrays that are made once. Not safe for several threads.
/// </summary>
internal sealed unsafe class TokenBatch
{
    private readonly int[] tokens;
    private readonly int[] positions;
    private readonly int[] sequenceCounts;
    private readonly int[] sequenceOffsets;
    private readonly nint[] sequencePointers;
    private readonly sbyte[] outputs;
    private int[] sequences;
    private int sequencesUsed;

    internal TokenBatch(int capacity)
    {
        Capacity = capacity;
        tokens = GC.AllocateUninitializedArray<int>(capacity, pinned: true);
        positions = GC.AllocateUninitializedArray<int>(capacity, pinned: true);
        sequenceCounts = GC.AllocateUninitializedArray<int>(capacity, pinned: true);
        sequencePointers = GC.AllocateUninitializedArray<nint>(capacity, pinned: true);
        outputs = GC.AllocateUninitializedArray<sbyte>(capacity, pinned: true);
        sequences = GC.AllocateUninitializedArray<int>(capacity, pinned: true);
        sequenceOffsets = new int[capacity];
    }

    internal int Capacity { get; }

    internal int Count { get; private set; }

    internal int OutputCount { get; private set; }

    internal int Free => Capacity - Count;

    internal void Clear()
    {
        Count = 0;
        OutputCount = 0;
        sequencesUsed = 0;
    }

    /// <summary>Adds a token that belongs to neighbouring sequences.</summary>
    /// <param name="token">The token.</param>
    /// <param name="position">Its position in each of the sequences.</param>
    /// <param name="firstSequence">The first sequence's id.</param>
    /// <param name="sequenceCount">How many sequences share the token.</param>
    /// <param name="output">Whether its logits are wanted.</param>
    /// <returns>The token's index in the batch, which its logits are asked for with.</returns>
    internal int Add(int token, int position, int firstSequence, int sequenceCount, bool output)
    {
        var index = Count;
        tokens[index] = token;
        positions[index] = position;
        outputs[index] = output ? (sbyte)1 : (sbyte)0;
        sequenceCounts[index] = sequenceCount;
        sequenceOffsets[index] = sequencesUsed;
        if (sequencesUsed + sequenceCount > sequences.Length)
        {
            var larger = GC.AllocateUninitializedArray<int>(Math.Max(sequences.Length * 2, sequencesUsed + sequenceCount), pinned: true);
            sequences.AsSpan(0, sequencesUsed).CopyTo(larger);
            sequences = larger;
        }

        for (var i = 0; i < sequenceCount; i++)
        {
            sequences[sequencesUsed + i] = firstSequence + i;
        }

        sequencesUsed += sequenceCount;
        Count = index + 1;
        OutputCount += output ? 1 : 0;
        return index;
    }

    /// <summary>Evaluates the batch.</summary>
    /// <returns>The status of <c>llama_decode</c>: 0 for success.</returns>
    internal int Decode(SafeLlamaContextHandle context)
    {
        // The arrays are pinned for their whole life; the pool may have moved to a larger one since a token was added.
        fixed (int* sequencePool = sequences)
        fixed (int* token = tokens, position = positions, sequenceCount = sequenceCounts)
        fixed (nint* sequencePointer = sequencePointers)
        fixed (sbyte* output = outputs)
        {
            for (var i = 0; i < Count; i++)
            {
                sequencePointer[i] = (nint)(sequencePool + sequenceOffsets[i]);
            }

            return LlamaNative.llama_decode(context, new LlamaBatch
            {
                NTokens = Count,
                Token = token,
                Pos = position,
                NSeqId = sequenceCount,
                SeqId = (int**)sequencePointer,
                Logits = output,
            });
        }
    }
}
