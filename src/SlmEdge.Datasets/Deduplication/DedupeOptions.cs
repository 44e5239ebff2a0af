using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Similarity;

namespace SlmEdge.Datasets.Deduplication;

/// <summary>How duplicates are removed from a file.</summary>
public sealed record DedupeOptions
{
    /// <summary>The file.</summary>
    public required string DataFile { get; init; }

    /// <summary>Where the kept rows go.</summary>
    public required string OutputFile { get; init; }

    /// <summary>Where the removed rows go, each with its twin, or null.</summary>
    public string? RemovedFile { get; init; }

    /// <summary>What is nearly the same, or null to remove equal texts only.</summary>
    public SimilarityOptions? Near { get; init; } = new();

    /// <summary>Which row of several is kept.</summary>
    public RowPriority Keep { get; init; } = RowPriority.First;

    /// <summary>Whether rows with the same text and other labels are duplicates too. Otherwise nobody decides which label is right.</summary>
    public bool AcrossLabels { get; init; }

    /// <summary>Whether existing files are replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Columns and limits.</summary>
    public DatasetOptions Dataset { get; init; } = new();
}
