namespace SlmEdge.Tasks.Data;

/// <summary>One labelled example and where it came from.</summary>
/// <param name="Text">The text, as it stands in the file.</param>
/// <param name="Label">The label's name; one of the task's labels.</param>
/// <param name="File">The file it was read from.</param>
/// <param name="Row">The row, counted from 1: the line in JSON Lines, the record (without the header) in CSV.</param>
public sealed record LabelledText(string Text, string Label, string File, long Row)
{
    // Null for a row of one label, so that such rows are equal by what stands in them.
    private readonly IReadOnlyList<string>? _labels;

    /// <summary>All labels of the row, at least one, of which <see cref="Label"/> is the first. More than one only where the task is multi-label.</summary>
    public IReadOnlyList<string> Labels { get => _labels ?? [Label]; init => _labels = value; }
}
