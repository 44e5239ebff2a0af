namespace SlmEdge.Tasks;

/// <summary>When an answer is given; <c>decision</c> in <c>task.json</c>.</summary>
public sealed record DecisionOptions
{
    /// <summary>
    /// Calibrated probability (0 to 1) of the best label below which the answer is an abstention. 0, the default, never abstains.
    /// </summary>
    public double AbstainBelow { get; init; }

    /// <summary>
    /// Whether a text may have several labels: its rows name all of them, and the answer holds every label from a threshold on, which is <see cref="LabelThreshold"/> or,
    /// without it, the one that was found on validation rows and stands in the bundle.
    /// </summary>
    public bool MultiLabel { get; init; }

    /// <summary>
    /// For texts with any number of labels: the answer holds every label of at least this calibrated probability, which may be none.
    /// <see langword="null"/>, the default, gives one label.
    /// </summary>
    public double? LabelThreshold { get; init; }

    /// <summary>
    /// The share of texts (above 0, below 1) whose true label has to be in the answer's label set. <see langword="null"/>, the default,
    /// gives no set. The set is made from the bundle's calibration: <see cref="Metrics.ConformalPrediction"/>.
    /// </summary>
    public double? Coverage { get; init; }
}
