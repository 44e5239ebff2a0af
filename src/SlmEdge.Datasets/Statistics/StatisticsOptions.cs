using SlmEdge.Datasets.Rows;
using SlmEdge.Tasks.Tokenization;

namespace SlmEdge.Datasets.Statistics;

/// <summary>What is counted.</summary>
public sealed record StatisticsOptions
{
    /// <summary>The files, counted together.</summary>
    public required IReadOnlyList<string> DataFiles { get; init; }

    /// <summary>Counts tokens, or null to count characters.</summary>
    public ITokenizer? Tokenizer { get; init; }

    /// <summary>Lengths at which a truncation is priced.</summary>
    public IReadOnlyList<int> Truncations { get; init; } = [128, 256, 512, 1024, 2048, 4096];

    /// <summary>Columns and limits.</summary>
    public DatasetOptions Dataset { get; init; } = new();
}
