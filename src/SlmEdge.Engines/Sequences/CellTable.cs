using System.Numerics.Tensors;

namespace SlmEdge.Engines.Sequences;

/// <summary>
/// Which sequence holds which cells of a shared key-value memory. It follows llama.cpp's placing (the first free cell from where the last
/// one was placed or a lower one freed), exactly so as long as cells are freed only all at once.
/// </summary>
internal sealed class CellTable
{
    private readonly int[] holders;
    private readonly int[][] cells;
    private readonly int[] lengths;
    private int next;

    internal CellTable(int cellCount, int sequenceCount, int contextLength)
    {
        holders = new int[cellCount];
        cells = new int[sequenceCount][];
        Array.Fill(cells, []);
        lengths = new int[sequenceCount];
        ContextLength = contextLength;
        FreeCells = cellCount;
    }

    internal int ContextLength { get; }

    internal int FreeCells { get; private set; }

    internal int GetLength(int sequence) => lengths[sequence];

    /// <summary>Appends one token.</summary>
    /// <returns>Whether its cell lies behind those of the tokens before it.</returns>
    internal bool Append(int sequence)
    {
        while (holders[next] != 0)
        {
            next++;
        }

        var length = lengths[sequence];
        if (cells[sequence].Length == length)
        {
            Array.Resize(ref cells[sequence], Math.Min(ContextLength, Math.Max(16, length * 2)));
        }

        var behind = length == 0 || cells[sequence][length - 1] < next;
        cells[sequence][length] = next;
        lengths[sequence] = length + 1;
        holders[next] = 1;
        FreeCells--;
        if (next < holders.Length - 1)
        {
            next++;
        }

        return behind;
    }

    internal void CopyPrefix(int source, int destination, int length)
    {
        if (cells[destination].Length < length)
        {
            cells[destination] = new int[length];
        }

        var shared = cells[source].AsSpan(0, length);
        shared.CopyTo(cells[destination]);
        lengths[destination] = length;
        foreach (var cell in shared)
        {
            holders[cell]++;
        }
    }

    internal void Truncate(int sequence, int length)
    {
        foreach (var cell in cells[sequence].AsSpan(length, lengths[sequence] - length))
        {
            if (--holders[cell] == 0)
            {
                FreeCells++;
                next = Math.Min(next, cell);
            }
        }

        lengths[sequence] = length;
    }

    /// <summary>Whether the next cell lies before the last one of the sequence.</summary>
    internal bool IsDisplaced(int sequence)
    {
        if (lengths[sequence] == 0 || FreeCells == 0)
        {
            return false;
        }

        while (holders[next] != 0)
        {
            next++;
        }

        return cells[sequence][lengths[sequence] - 1] > next;
    }

    /// <summary>How many tokens of a sequence are left without those at its end whose cells lie behind all cells of the other sequences.</summary>
    internal int CountNotBehind(int sequence)
    {
        var last = -1;
        for (var other = 0; other < lengths.Length; other++)
        {
            if (other != sequence && lengths[other] > 0)
            {
                last = Math.Max(last, TensorPrimitives.Max<int>(cells[other].AsSpan(0, lengths[other])));
            }
        }

        var count = lengths[sequence];
        while (count > 0 && cells[sequence][count - 1] > last)
        {
            count--;
        }

        return count;
    }

    internal void Clear()
    {
        Array.Clear(holders);
        Array.Clear(lengths);
        FreeCells = holders.Length;
        next = 0;
    }
}
