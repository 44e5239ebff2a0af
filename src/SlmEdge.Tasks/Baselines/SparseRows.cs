namespace SlmEdge.Tasks.Baselines;

/// <summary>A sparse matrix in compressed rows: row r has the columns and values from <c>Starts[r]</c> to <c>Starts[r + 1]</c>.</summary>
internal sealed record SparseRows(int[] Starts, int[] Columns, float[] Values, int ColumnCount)
{
    public int RowCount => Starts.Length - 1;

    public static SparseRows From(IReadOnlyList<(int[] Columns, float[] Values)> rows, int columnCount)
    {
        var starts = new int[rows.Count + 1];
        for (int row = 0; row < rows.Count; row++)
        {
            starts[row + 1] = checked(starts[row] + rows[row].Columns.Length);
        }

        var columns = new int[starts[^1]];
        var values = new float[starts[^1]];
        for (int row = 0; row < rows.Count; row++)
        {
            rows[row].Columns.CopyTo(columns, starts[row]);
            rows[row].Values.CopyTo(values, starts[row]);
        }

        return new SparseRows(starts, columns, values, columnCount);
    }
}
