using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Export.Proof;

/// <summary>Labelled texts that stages are scored on.</summary>
public sealed class EvaluationSet
{
    private EvaluationSet(string name, IReadOnlyList<string> texts, int[] labels)
    {
        Name = name;
        Texts = texts;
        Labels = labels;
    }

    /// <summary>The file it was read from.</summary>
    public string Name { get; }

    /// <summary>The texts.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>The label index of each text.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>Some rows of the set.</summary>
    /// <param name="rows">Which, in their order.</param>
    internal EvaluationSet Part(IReadOnlyList<int> rows) => new(Name, [.. rows.Select(row => Texts[row])], [.. rows.Select(row => Labels[row])]);

    /// <summary>Makes a set of labelled texts.</summary>
    /// <param name="name">What reports call it.</param>
    /// <param name="rows">The texts.</param>
    /// <param name="task">The task whose labels they carry.</param>
    /// <exception cref="ExportException">There are no texts, or a label is not one of the task's.</exception>
    public static EvaluationSet Create(string name, IReadOnlyList<LabelledText> rows, TaskDefinition task)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(task);
        if (rows.Count == 0)
        {
            throw new ExportException($"'{name}' has no rows to score the stages on.");
        }

        int[] labels = new int[rows.Count];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = task.IndexOf(rows[i].Label);
            if (labels[i] < 0)
            {
                throw new ExportException($"{rows[i].File}, row {rows[i].Row}: '{rows[i].Label}' is not a label of the task '{task.Name}'.");
            }
        }

        return new EvaluationSet(name, [.. rows.Select(row => row.Text)], labels);
    }
}
