namespace SlmEdge.Tasks;

/// <summary>How a task is put to the model; <c>prompt</c> in <c>task.json</c>.</summary>
public sealed record PromptOptions
{
    /// <summary>Lists the labels, with their descriptions, in the shared prefix. Default: <see langword="false"/>.</summary>
    public bool LabelsInPrompt { get; init; }

    /// <summary>How a label is written in the answer. Default: <see cref="Verbalizer.Code"/>.</summary>
    public Verbalizer Verbalizer { get; init; } = Verbalizer.Code;
}
