using SlmEdge.Training.Preference;

namespace SlmEdge.Training.FineTuning;

/// <summary>What one batch gave.</summary>
/// <param name="Loss">Its loss.</param>
/// <param name="Tokens">Tokens that were computed.</param>
/// <param name="Rewards">How the pairs were told apart, of preference runs.</param>
internal readonly record struct StepLoss(double Loss, long Tokens, PreferenceRewards? Rewards = null);
