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
        IReadOnlyList<LabelledText> rows = task.Decision.MultiLabel ? ReadSeveral(path, options, known) : Read(path, options);
        foreach (LabelledText row in rows)
        {
            if (row.Labels.FirstOrDefault(label => !known.Contains(label)) is { } unknown)
            {
                throw new DataFormatException(row.File, row.Row, UnknownLabel(unknown, task));
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
            if (row.IsList(options.LabelColumn))
            {
                throw row.Error($"'{options.LabelColumn}' is a list; a task whose texts have several labels says so with \"decision\": {{ \"multiLabel\": true }}");
            }

            rows.Add(new LabelledText(
                row.GetText(options.TextColumn, "--text-column"), row.GetText(options.LabelColumn, "--label-column").Trim(), path, row.Row));
        }

        return rows.Count > 0 ? rows : throw new DataFormatException(path, null, "there are no rows");
    }

    /// <summary>
    /// Reads a file whose rows have any number of labels from one on: an array of strings in JSON Lines, or one string; in CSV, names with <see cref="Separator"/> between them.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Columns and limits; <see langword="null"/> for the defaults.</param>
    /// <param name="known">Names that are one label even where they hold the separator; <see langword="null"/> for none.</param>
    /// <returns>All rows; at least one.</returns>
    /// <exception cref="DataFormatException">As <see cref="Read(string, ReaderOptions?)"/>; or a row has no label, or one twice.</exception>
    public static IReadOnlyList<LabelledText> ReadSeveral(string path, ReaderOptions? options = null, IReadOnlySet<string>? known = null)
    {
        options ??= new ReaderOptions();
        var rows = new List<LabelledText>();
        foreach (DataRow row in DataRows.Read(path, options.MaxRowBytes, options.TextColumn, options.LabelColumn))
        {
            string text = row.GetText(options.TextColumn, "--text-column");
            string[] labels = [.. row.IsList(options.LabelColumn) ? row.GetList(options.LabelColumn) : Split(row.Get(options.LabelColumn, "--label-column"), known)];
            if (labels.Length == 0 || labels.Any(string.IsNullOrWhiteSpace))
            {
                throw row.Error($"the column '{options.LabelColumn}' names no label, or an empty one; a text that none fits needs a label that says so, for example 'other'");
            }

            if (labels.Distinct(StringComparer.Ordinal).Count() < labels.Length)
            {
                throw row.Error($"the column '{options.LabelColumn}' names a label twice");
            }

            rows.Add(new LabelledText(text, labels[0], path, row.Row) { Labels = labels });
        }

        return rows.Count > 0 ? rows : throw new DataFormatException(path, null, "there are no rows");
    }

    /// <summary>What stands between the labels of a row in one cell or string.</summary>
    public const char Separator = '|';

    private static string[] Split(string cell, IReadOnlySet<string>? known) => known?.Contains(cell.Trim()) == true
        ? [cell.Trim()]
        : cell.Split(Separator, StringSplitOptions.TrimEntries);

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
