namespace SlmEdge.Formats.Gguf;

/// <summary>
/// The order of the rows of query and key matrices. Hugging Face turns element <c>i</c> of a head with element <c>i + head/2</c>;
/// llama.cpp's Llama graph turns neighbours (<c>2i</c> with <c>2i + 1</c>), so its converter interleaves the rows
/// (<c>LlamaModel.permute</c>).
/// </summary>
public static class RotaryLayout
{
    /// <summary>Interleaves the halves of every head's rows: Hugging Face's order to GGUF's.</summary>
    /// <param name="values"><c>[rows, columns]</c>, row-major.</param>
    /// <param name="columns">Elements of a row; for packed types its bytes.</param>
    /// <param name="heads">Heads that the rows belong to.</param>
    public static T[] Interleave<T>(ReadOnlySpan<T> values, int columns, int heads) => Reorder(values, columns, heads, toGguf: true);

    /// <summary>Sorts the rows of every head into halves: GGUF's order to Hugging Face's.</summary>
    /// <param name="values"><c>[rows, columns]</c>, row-major.</param>
    /// <param name="columns">Elements of a row; for packed types its bytes.</param>
    /// <param name="heads">Heads that the rows belong to.</param>
    public static T[] Deinterleave<T>(ReadOnlySpan<T> values, int columns, int heads) => Reorder(values, columns, heads, toGguf: false);

    /// <summary>Where a row in Hugging Face's order stands in GGUF's.</summary>
    /// <param name="row">Row of the matrix.</param>
    /// <param name="headRows">Rows of a head.</param>
    public static long InterleavedRow(long row, long headRows)
    {
        long within = row % headRows;
        long half = headRows / 2;
        return row - within + (within % half * 2) + (within / half);
    }

    private static T[] Reorder<T>(ReadOnlySpan<T> values, int columns, int heads, bool toGguf)
    {
        T[] result = new T[values.Length];
        int headRows = values.Length / columns / heads;
        int half = headRows / 2;
        for (int head = 0; head < heads; head++)
        {
            for (int i = 0; i < half; i++)
            {
                for (int part = 0; part < 2; part++)
                {
                    int halves = (head * headRows) + (part * half) + i;
                    int neighbours = (head * headRows) + (2 * i) + part;
                    var (from, to) = toGguf ? (halves, neighbours) : (neighbours, halves);
                    values.Slice(from * columns, columns).CopyTo(result.AsSpan(to * columns));
                }
            }
        }

        return result;
    }
}
