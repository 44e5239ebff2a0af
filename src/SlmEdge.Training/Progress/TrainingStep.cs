namespace SlmEdge.Training.Progress;

/// <summary>What a trainer reports after each update.</summary>
/// <param name="Step">Updates made so far.</param>
/// <param name="TotalSteps">Updates planned.</param>
/// <param name="Loss">Mean negative log-likelihood per supervised token of this step, in nats.</param>
/// <param name="ValidationLoss">The newest validation loss, if there is one.</param>
/// <param name="ValidationAccuracy">The newest share of validation rows decided rightly, where rows are classified.</param>
/// <param name="LearningRate">Learning rate of this step.</param>
/// <param name="GradientNorm">Norm of all gradients before clipping.</param>
/// <param name="TokensPerSecond">Input tokens per second, averaged over the run.</param>
/// <param name="Tokens">Input tokens seen.</param>
/// <param name="Remaining">Estimated time left.</param>
public sealed record TrainingStep(
    long Step,
    long TotalSteps,
    double Loss,
    double? ValidationLoss,
    double? ValidationAccuracy,
    double LearningRate,
    double GradientNorm,
    double TokensPerSecond,
    long Tokens,
    TimeSpan Remaining);
