using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;

namespace SlmEdge.Export.Proof;

/// <summary>Labelled texts that stages are scored on.</summary>
public sealed class EvaluationSet
{
    private EvaluationSet(string name, IReadOnlyList<string> texts, int[][] labels)
    {
        Name = name;
        Texts = texts;
        LabelSets = labels;
        Labels = [.. labels.Select(set => set[0])];
    }

    /// <summary>The file it was read from.</summary>
    public string Name { get; }

    /// <summary>The texts.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>The label index of each text; with several labels, of the first.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>All label indices of each text, at least one.</summary>
    public IReadOnlyList<int[]> LabelSets { get; }

    /// <summary>Whether a text has a label.</summary>
    public bool Has(int row, int label) => Array.IndexOf(LabelSets[row], label) >= 0;

    /// <summary>For each text the label that was decided, where it is one of the true ones, else the first true one.</summary>
    internal int[] TruthOf(IReadOnlyList<int> decided) => [.. decided.Select((label, row) => Has(row, label) ? label : Labels[row])];

    /// <summary>Some rows of the set.</summary>
    /// <param name="rows">Which, in their order.</param>
    internal EvaluationSet Part(IReadOnlyList<int> rows) => new(Name, [.. rows.Select(row => Texts[row])], [.. rows.Select(row => LabelSets[row])]);

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

        int[][] labels = new int[rows.Count][];
        for (int i = 0; i < labels.Length; i++)
        {
            labels[i] = [.. rows[i].Labels.Select(task.IndexOf)];
            if (Array.IndexOf(labels[i], -1) is >= 0 and var unknown)
            {
                throw new ExportException($"{rows[i].File}, row {rows[i].Row}: '{rows[i].Labels[unknown]}' is not a label of the task '{task.Name}'.");
            }
        }

        return new EvaluationSet(name, [.. rows.Select(row => row.Text)], labels);
    }
}
