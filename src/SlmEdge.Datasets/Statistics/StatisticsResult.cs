namespace SlmEdge.Datasets.Statistics;

/// <summary>Figures of a data set.</summary>
/// <param name="Files">The files.</param>
/// <param name="Rows">Rows.</param>
/// <param name="LengthUnit"><c>tokens</c> or <c>characters</c>; those of a row's texts, without what a prompt or a chat template adds.</param>
/// <param name="Total">All tokens.</param>
/// <param name="Supervised">Tokens that are learned: labels, outputs, the assistant's turns.</param>
/// <param name="Lengths">Number of rows of each length, ascending.</param>
/// <param name="Truncations">The cost of cutting rows off.</param>
/// <param name="Languages">Tokens per word, the most frequent language first.</param>
/// <param name="Labels">Rows of each label, the most frequent first.</param>
public sealed record StatisticsResult(
    IReadOnlyList<string> Files,
    long Rows,
    string LengthUnit,
    long Total,
    long Supervised,
    IReadOnlyList<KeyValuePair<int, long>> Lengths,
    IReadOnlyList<TruncationCost> Truncations,
    IReadOnlyList<LanguageStatistics> Languages,
    IReadOnlyList<KeyValuePair<string, long>> Labels)
{
    /// <summary>The length that a share of the rows does not exceed (nearest rank).</summary>
    /// <param name="share">From 0 to 1.</param>
    public int Percentile(double share)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(share * Rows));
        long seen = 0;
        foreach ((int length, long rows) in Lengths)
        {
            seen += rows;
            if (seen >= rank)
            {
                return length;
            }
        }

        return 0;
    }
}
