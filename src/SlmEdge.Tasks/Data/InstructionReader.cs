using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Tasks.Data;

/// <summary>Reads rows of <c>instruction</c>, <c>input</c> and <c>output</c> from JSON Lines or CSV.</summary>
public static class InstructionReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="instruction">The instruction of rows without one: that of the task.</param>
    /// <param name="options">Limits; <see langword="null"/> for the defaults.</param>
    /// <returns>All rows; at least one.</returns>
    /// <exception cref="DataFormatException">A row lacks its instruction or output, or is malformed. The message names the row.</exception>
    public static IReadOnlyList<InstructionRow> Read(string path, string? instruction = null, ReaderOptions? options = null)
    {
        var rows = new List<InstructionRow>();
        foreach (DataRow row in DataRows.Read(path, (options ?? new ReaderOptions()).MaxRowBytes, "output"))
        {
            string? own = row.Find("instruction");
            rows.Add(new InstructionRow(
                string.IsNullOrWhiteSpace(own) ? instruction ?? row.GetText("instruction") : own,
                row.Find("input") ?? "",
                row.GetText("output"),
                path,
                row.Row));
        }

        return rows.Count > 0 ? rows : throw new DataFormatException(path, null, "there are no rows");
    }
}
