using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Similarity;

namespace SlmEdge.Datasets.Decontamination;

/// <summary>How rows that stand in test files are removed from a training file.</summary>
public sealed record DecontaminateOptions
{
    /// <summary>The training rows.</summary>
    public required string TrainFile { get; init; }

    /// <summary>The files that must stay unseen.</summary>
    public required IReadOnlyList<string> TestFiles { get; init; }

    /// <summary>Where the clean training rows go; null only counts.</summary>
    public string? OutputFile { get; init; }

    /// <summary>Where the removed rows go, each with its twin, or null.</summary>
    public string? RemovedFile { get; init; }

    /// <summary>What is nearly the same, or null to look for equal texts only.</summary>
    public SimilarityOptions? Near { get; init; } = new();

    /// <summary>Whether existing files are replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Columns and limits.</summary>
    public DatasetOptions Dataset { get; init; } = new();
}
