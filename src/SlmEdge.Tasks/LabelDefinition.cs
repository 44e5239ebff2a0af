namespace SlmEdge.Tasks;

/// <summary>One class of a classification task.</summary>
/// <param name="Name">The label as it stands in the data and in decisions.</param>
/// <param name="Description">A sentence shown to the model when the labels are part of the prompt.</param>
/// <param name="Code">
/// The word that stands for the label when the verbalizer is <see cref="Verbalizer.Code"/>; it has to be one token of the base
/// model's vocabulary when written after a space. <see langword="null"/> lets <see cref="Prompts.LabelCodeSelector"/> choose.
/// </param>
public sealed record LabelDefinition(string Name, string? Description = null, string? Code = null)
{
    /// <summary>
    /// The groups that the label lies in, the widest first: a queue's department, a part's machine. Their probabilities are the sums over
    /// their labels; the model is asked for labels only. Empty when the labels are not grouped.
    /// </summary>
    public IReadOnlyList<string> Groups { get; init; } = [];
}
