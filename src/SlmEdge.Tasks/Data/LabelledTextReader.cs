using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Tasks.Data;

/// <summary>Reads labelled texts from JSON Lines or from CSV with a header.</summary>
public static class LabelledTextReader
{
    /// <summary>Reads a file whose labels have to be those of a task.</summary>
    /// <param name="path">The file.</param>
    /// <param name="task">A task of kind <see cref="TaskKind.Classify"/>.</param>
    /// <param name="options">Columns and limits; <see langword="null"/> for the defaults.</param>
    /// <returns>All rows; at least one.</returns>
    /// <exception cref="DataFormatException">
    /// The file cannot be read or has no rows; or a row lacks a column, has an empty text, a label that the task does not have, is too long
    /// or is not UTF-8. The message names the row.
    /// </exception>
    public static IReadOnlyList<LabelledText> Read(string path, TaskDefinition task, ReaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        var known = new HashSet<string>(task.Labels.Select(label => label.Name), StringComparer.Ordinal);
        IReadOnlyList<LabelledText> rows = Read(path, options);
        foreach (LabelledText row in rows)
        {
            if (!known.Contains(row.Label))
            {
                throw new DataFormatException(row.File, row.Row, UnknownLabel(row.Label, task));
            }
        }

        return rows;
    }

    /// <summary>Reads a file with whatever labels it has.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Columns and limits; <see langword="null"/> for the defaults.</param>
    /// <returns>All rows; at least one.</returns>
    /// <exception cref="DataFormatException">As the other overload, except that any label that is not blank is taken.</exception>
    public static IReadOnlyList<LabelledText> Read(string path, ReaderOptions? options = null)
    {
        options ??= new ReaderOptions();
        var rows = new List<LabelledText>();
        foreach (DataRow row in DataRows.Read(path, options.MaxRowBytes, options.TextColumn, options.LabelColumn))
        {
            rows.Add(new LabelledText(
                row.GetText(options.TextColumn, "--text-column"), row.GetText(options.LabelColumn, "--label-column").Trim(), path, row.Row));
        }

        return rows.Count > 0 ? rows : throw new DataFormatException(path, null, "there are no rows");
    }

    /// <summary>Reads the texts of a file that need not have labels.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Column and limits; <see langword="null"/> for the defaults.</param>
    /// <returns>The texts with their rows, read lazily.</returns>
    /// <exception cref="DataFormatException">As the other overloads, when the row is reached.</exception>
    public static IEnumerable<(string Text, long Row)> ReadTexts(string path, ReaderOptions? options = null)
    {
        options ??= new ReaderOptions();
        foreach (DataRow row in DataRows.Read(path, options.MaxRowBytes, options.TextColumn))
        {
            yield return (row.GetText(options.TextColumn, "--text-column"), row.Row);
        }
    }

    private static string UnknownLabel(string label, TaskDefinition task)
    {
        IReadOnlyList<string> close = CloseMatches.Find(label, task.Labels.Select(definition => definition.Name));
        string hint = close.Count > 0
            ? $"did you mean {string.Join(" or ", close.Select(name => $"'{name}'"))}?"
            : $"its labels are {string.Join(", ", task.Labels.Take(8).Select(definition => $"'{definition.Name}'"))}{(task.Labels.Count > 8 ? $" and {task.Labels.Count - 8} more" : "")}";
        return $"the label '{label}' is not one of the {task.Labels.Count} labels of the task '{task.Name}'; {hint}";
    }
}
