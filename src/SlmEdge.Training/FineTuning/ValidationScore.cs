using SlmEdge.Training.Preference;

namespace SlmEdge.Training.FineTuning;

/// <summary>How well the model does on the validation rows.</summary>
/// <param name="Loss">Mean negative log-likelihood per supervised token, in nats; of preference runs the mean loss of a pair.</param>
/// <param name="Accuracy">Share of rows whose best label is right, where every label is one token; of pairs told apart rightly.</param>
/// <param name="Rewards">How the pairs are told apart, of preference runs.</param>
internal readonly record struct ValidationScore(double Loss, double? Accuracy, PreferenceRewards? Rewards = null)
{
    /// <summary>
    /// The figure that early stopping maximises: accuracy, and among equals the lower loss. Few pairs decide a preference run's accuracy, so
    /// there the loss alone counts.
    /// </summary>
    public double Rank => Rewards is null ? (Accuracy ?? 0) - (1e-3 * Math.Min(Loss, 100)) : -Loss;
}
