using SlmEdge.Datasets.Rows;
using SlmEdge.Datasets.Similarity;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Datasets.Quality;

/// <summary>What is checked.</summary>
public sealed record CheckOptions
{
    /// <summary>The files, checked as one set of data.</summary>
    public required IReadOnlyList<string> DataFiles { get; init; }

    /// <summary>The task whose labels the rows have to have, or null.</summary>
    public TaskDefinition? Task { get; init; }

    /// <summary>Counts tokens, or null to count characters.</summary>
    public ITokenizer? Tokenizer { get; init; }

    /// <summary>Most tokens of a row (characters without a tokenizer).</summary>
    public int MaxLength { get; init; } = 16384;

    /// <summary>What is nearly the same, or null to look for equal texts only.</summary>
    public SimilarityOptions? Near { get; init; } = new();

    /// <summary>Whether to look for personal data.</summary>
    public bool Pii { get; init; } = true;

    /// <summary>Rows to name of each finding.</summary>
    public int Shown { get; init; } = 5;

    /// <summary>Columns and limits.</summary>
    public DatasetOptions Dataset { get; init; } = new();
}
