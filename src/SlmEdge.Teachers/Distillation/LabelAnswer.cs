using SlmEdge.Tasks;

namespace SlmEdge.Teachers.Distillation;

/// <summary>Recognises a label in what a teacher wrote.</summary>
internal static class LabelAnswer
{
    private static readonly char[] Wrapping = [' ', '\t', '"', '\'', '`', '*', '_', '.', '-', '“', '”', '‘', '’', '<', '>', '[', ']', '(', ')', ':'];

    /// <summary>
    /// The label that the whole answer names, quotes, emphasis, a full stop and letter case aside; null when it is none. A label inside a
    /// sentence does not count: "not Engine" names it too.
    /// </summary>
    public static string? Match(string answer, TaskDefinition task)
    {
        var line = answer.Trim();
        foreach (var lead in (string[])["Answer:", "Label:"])
        {
            line = line.StartsWith(lead, StringComparison.OrdinalIgnoreCase) ? line[lead.Length..].Trim() : line;
        }

        return Find(line, StringComparison.Ordinal) ?? Find(line.Trim(Wrapping), StringComparison.Ordinal) ?? Find(line.Trim(Wrapping), StringComparison.OrdinalIgnoreCase);

        string? Find(string name, StringComparison comparison)
        {
            var found = task.Labels.Where(label => string.Equals(label.Name, name, comparison) || string.Equals(label.Name.Trim(Wrapping), name, comparison)).ToArray();
            return found.Length == 1 ? found[0].Name : null;
        }
    }
}
