using SlmEdge.Tasks;

namespace SlmEdge.Training.Evaluation;

/// <summary>What to score on what.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Base model, or the model of a full run.</summary>
    public required string BaseDirectory { get; init; }

    /// <summary>Adapter, if any.</summary>
    public string? AdapterDirectory { get; init; }

    /// <summary>The task.</summary>
    public required TaskDefinition Task { get; init; }

    /// <summary>Labelled rows.</summary>
    public required string DataFile { get; init; }

    /// <summary>Column with the text.</summary>
    public string TextColumn { get; init; } = "text";

    /// <summary>Column with the label.</summary>
    public string LabelColumn { get; init; } = "label";

    /// <summary>Compute threads; 0 leaves the choice to libtorch.</summary>
    public int Threads { get; init; }
}
