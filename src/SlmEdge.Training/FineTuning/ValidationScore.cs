namespace SlmEdge.Training.FineTuning;

/// <summary>How well the model does on the validation rows.</summary>
/// <param name="Loss">Mean negative log-likelihood per supervised token, in nats.</param>
/// <param name="Accuracy">Share of rows whose best label is right, where every label is one token.</param>
internal readonly record struct ValidationScore(double Loss, double? Accuracy)
{
    /// <summary>The figure that early stopping maximises: accuracy, and among equals the lower loss.</summary>
    public double Rank => (Accuracy ?? 0) - (1e-3 * Math.Min(Loss, 100));
}
