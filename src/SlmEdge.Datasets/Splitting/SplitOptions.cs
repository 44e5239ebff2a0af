using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Similarity;

namespace SlmEdge.Datasets.Splitting;

/// <summary>How a file is split.</summary>
public sealed record SplitOptions
{
    /// <summary>The file.</summary>
    public required string DataFile { get; init; }

    /// <summary>Where <c>train</c>, <c>valid</c> and <c>test</c> go, with the ending of the file.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Share of the training rows.</summary>
    public double Train { get; init; } = 0.8;

    /// <summary>Share of the validation rows; 0 writes none.</summary>
    public double Valid { get; init; } = 0.1;

    /// <summary>Share of the test rows; 0 writes none.</summary>
    public double Test { get; init; } = 0.1;

    /// <summary>Whether every label has its share in every part.</summary>
    public bool Stratify { get; init; } = true;

    /// <summary>Keeps rows with nearly the same text in one part; null keeps only equal texts together.</summary>
    public SimilarityOptions? Near { get; init; }

    /// <summary>Another seed, another split.</summary>
    public int Seed { get; init; }

    /// <summary>Whether existing files are replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Columns and limits; rows of the same <see cref="DatasetOptions.GroupColumn"/> stay together.</summary>
    public DatasetOptions Dataset { get; init; } = new();
}
