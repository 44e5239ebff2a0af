using SlmEdge.Tasks;

namespace SlmEdge.Teachers.Templates;

/// <summary>The labels of a task as a teacher is shown them.</summary>
internal static class LabelList
{
    /// <summary>One line a label, with its description where there is one.</summary>
    public static string Describe(TaskDefinition task) => string.Join('\n', task.Labels.Select(label => "- " + Describe(label)));

    public static string Describe(LabelDefinition label) => string.IsNullOrWhiteSpace(label.Description) ? label.Name : $"{label.Name}: {label.Description}";
}
