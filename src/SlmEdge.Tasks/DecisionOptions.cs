namespace SlmEdge.Tasks;

/// <summary>When an answer is given; <c>decision</c> in <c>task.json</c>.</summary>
public sealed record DecisionOptions
{
    /// <summary>
    /// Calibrated probability (0 to 1) of the best label below which the answer is an abstention. 0, the default, never abstains.
    /// </summary>
    public double AbstainBelow { get; init; }
}
