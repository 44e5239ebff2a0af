using SlmEdge.Training.Preference;

namespace SlmEdge.Training.Runs;

/// <summary>One line of <c>metrics.jsonl</c>.</summary>
/// <param name="Step">Updates made so far.</param>
/// <param name="Tokens">Input tokens seen.</param>
/// <param name="Loss">Mean training loss of the step, in nats per supervised token.</param>
/// <param name="LearningRate">Learning rate of the step.</param>
/// <param name="GradientNorm">Norm of the gradients before clipping.</param>
/// <param name="TokensPerSecond">Input tokens per second.</param>
/// <param name="ValidationLoss">Validation loss, on lines of an evaluation.</param>
/// <param name="ValidationAccuracy">Validation accuracy, on lines of an evaluation of a classifier or of preferences.</param>
public sealed record MetricsRecord(
    long Step,
    long Tokens,
    double? Loss = null,
    double? LearningRate = null,
    double? GradientNorm = null,
    double? TokensPerSecond = null,
    double? ValidationLoss = null,
    double? ValidationAccuracy = null)
{
    /// <summary>Mean loss of the general rows that were mixed into the step, in nats per supervised token.</summary>
    public double? GeneralLoss { get; init; }

    /// <summary>How the step's pairs were told apart, of preference runs.</summary>
    public PreferenceRewards? Rewards { get; init; }

    /// <summary>How the validation pairs are told apart, on lines of an evaluation.</summary>
    public PreferenceRewards? ValidationRewards { get; init; }
}
