using SlmEdge.Datasets.Rows;

namespace SlmEdge.Datasets.Agreement;

/// <summary>Whose labels are compared.</summary>
public sealed record AgreementOptions
{
    /// <summary>One file with a column for each annotator, or one file for each of them.</summary>
    public required IReadOnlyList<string> DataFiles { get; init; }

    /// <summary>The annotators' columns, when there is one file.</summary>
    public IReadOnlyList<string> Annotators { get; init; } = [];

    /// <summary>The column that says which rows of several files belong together; null joins them by their text.</summary>
    public string? IdColumn { get; init; }

    /// <summary>What disagreements weigh between two annotators.</summary>
    public KappaWeights Weights { get; init; }

    /// <summary>The labels in their order, which weights need unless labels are numbers.</summary>
    public IReadOnlyList<string> Order { get; init; } = [];

    /// <summary>Most disputed rows to name.</summary>
    public int Shown { get; init; } = 10;

    /// <summary>Columns and limits.</summary>
    public DatasetOptions Dataset { get; init; } = new();
}
