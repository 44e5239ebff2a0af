namespace SlmEdge.Bundles.Drift;

/// <summary>A decided validation row.</summary>
/// <param name="Label">Index of the label that the model decided for.</param>
/// <param name="Confidence">Its calibrated probability.</param>
/// <param name="IsRight">Whether it is the row's own label.</param>
/// <param name="Tokens">The tokens that the model read for the text.</param>
public sealed record DriftRow(int Label, double Confidence, bool IsRight, IReadOnlyList<int> Tokens)
{
    /// <summary>The likeliest labels (<see cref="DriftScore.Best"/>); without them the label alone counts.</summary>
    public IReadOnlyList<DriftScore> Scores { get; init; } = [];
}
