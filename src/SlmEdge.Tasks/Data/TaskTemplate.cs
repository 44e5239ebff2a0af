using SlmEdge.Formats.JsonLines;

namespace SlmEdge.Tasks.Data;

/// <summary>A first task definition made from labelled data.</summary>
/// <param name="Task">The definition; its instruction is meant to be reworded.</param>
/// <param name="Examples">Number of rows.</param>
/// <param name="LabelCounts">Rows of each label, in the order of the task's labels.</param>
public sealed record TaskTemplate(TaskDefinition Task, int Examples, IReadOnlyList<int> LabelCounts)
{
    /// <summary>The instruction when none is given.</summary>
    public const string DefaultInstruction = "Choose the label that fits the text.";

    /// <summary>Makes a definition with the labels of a file, in ordinal order.</summary>
    /// <param name="path">JSON Lines or CSV.</param>
    /// <param name="options">Columns and limits; <see langword="null"/> for the defaults.</param>
    /// <param name="name">The task's name; <see langword="null"/> takes the file's.</param>
    /// <param name="instruction">The instruction; <see langword="null"/> takes <see cref="DefaultInstruction"/>.</param>
    /// <param name="multiLabel">Whether a row may have several labels.</param>
    /// <exception cref="DataFormatException">The file cannot be read, or the column does not look like labels.</exception>
    /// <exception cref="TaskDefinitionException">The labels do not make a task, for example because there is only one.</exception>
    public static TaskTemplate FromFile(string path, ReaderOptions? options = null, string? name = null, string? instruction = null, bool multiLabel = false)
    {
        options ??= new ReaderOptions();
        IReadOnlyList<LabelledText> rows = multiLabel ? LabelledTextReader.ReadSeveral(path, options) : LabelledTextReader.Read(path, options);
        (string Label, int Count)[] labels = [.. rows
            .SelectMany(row => row.Labels)
            .GroupBy(label => label, StringComparer.Ordinal)
            .Select(group => (group.Key, group.Count()))
            .OrderBy(label => label.Key, StringComparer.Ordinal)];
        // Numbers, ids or free text in place of labels give almost as many values as rows.
        if (labels.Length > 20 && labels.Length > rows.Count / 2)
        {
            throw new DataFormatException(
                path, null, $"{labels.Length} different values in {rows.Count} rows: '{options.LabelColumn}' does not look like a label column. Name the right one with --label-column");
        }

        TaskDefinition task = TaskDefinition.FromLabels(
            name ?? Path.GetFileNameWithoutExtension(path), instruction ?? DefaultInstruction, labels.Select(label => label.Label));
        task = multiLabel ? task with { Decision = task.Decision with { MultiLabel = true } } : task;
        return new TaskTemplate(task, rows.Count, [.. labels.Select(label => label.Count)]);
    }
}
